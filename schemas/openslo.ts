/**
 * The part of OpenSLO v1 that is accepted, kind by kind. Every object is closed: what is not named here is a problem,
 * never silently ignored. Rules that join several properties are in engine/core/definitions/.
 */
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { SIGNALS } from './names.ts';

/** The one version read. */
export const OPENSLO_VERSION = 'openslo/v1';

/** RFC 1123 label. */
export const OPENSLO_NAME_PATTERN = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$';
/** Longest name, in characters. */
export const MAX_NAME = 63;
const MAX_DESCRIPTION = 1050;
const MAX_DISPLAY_NAME = 250;
const MAX_OBJECTIVES = 20;

function closed<Properties extends TProperties>(properties: Properties): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false });
}

const name = Type.String({ pattern: OPENSLO_NAME_PATTERN, maxLength: MAX_NAME });
const description = Type.Optional(Type.String({ maxLength: MAX_DESCRIPTION }));
const displayName = Type.Optional(Type.String({ maxLength: MAX_DISPLAY_NAME }));
const textMap = Type.Optional(Type.Record(Type.String(), Type.String()));

const metadata = closed({ name, displayName, labels: textMap, annotations: textMap });

const metric = closed({
  metricSource: closed({
    type: Type.String({ const: 'otlp' }),
    spec: closed({
      signal: Type.Enum([...SIGNALS]),
      /** OTTL condition (docs/predicates.md). */
      where: Type.String(),
    }),
  }),
});

const indicatorSpec = closed({
  description,
  ratioMetric: closed({
    counter: Type.Optional(Type.Boolean()),
    good: Type.Optional(metric),
    bad: Type.Optional(metric),
    total: metric,
  }),
});

const header = { apiVersion: Type.String({ const: OPENSLO_VERSION }), kind: Type.String(), metadata };

export const OpenSloService = closed({ ...header, spec: closed({ description }) });

export const OpenSloIndicator = closed({ ...header, spec: indicatorSpec });

export const OpenSloObjective = closed({
  displayName,
  /** Read from its decimal text, never as a float. */
  target: Type.Optional(Type.Number()),
  targetPercent: Type.Optional(Type.Number()),
});

export const OpenSlo = closed({
  ...header,
  spec: closed({
    description,
    service: name,
    indicator: Type.Optional(closed({ metadata, spec: indicatorSpec })),
    indicatorRef: Type.Optional(name),
    timeWindow: Type.Array(closed({ duration: Type.String(), isRolling: Type.Optional(Type.Boolean()) })),
    budgetingMethod: Type.String({ const: 'Occurrences' }),
    objectives: Type.Array(OpenSloObjective, { minItems: 1, maxItems: MAX_OBJECTIVES }),
  }),
});

/** The kinds read, with their schemas. */
export const OPENSLO_KINDS = { Service: OpenSloService, SLI: OpenSloIndicator, SLO: OpenSlo } as const;
export type OpenSloKind = keyof typeof OPENSLO_KINDS;

export type OpenSloDocument = Static<typeof OpenSlo>;
export type OpenSloIndicatorDocument = Static<typeof OpenSloIndicator>;
export type OpenSloIndicatorSpec = Static<typeof indicatorSpec>;
export type OpenSloMetric = Static<typeof metric>;

/** Labels or annotations of an SLO that mean something here. */
export const EXTENSION_PREFIX = 'valet/';
export const EXTENSION_DIMENSION = 'valet/dimension';
export const EXTENSION_MIN_BAD_EVENTS = 'valet/min-bad-events';
export const EXTENSION_MIN_COVERAGE = 'valet/min-coverage';
export const EXTENSIONS = [EXTENSION_DIMENSION, EXTENSION_MIN_BAD_EVENTS, EXTENSION_MIN_COVERAGE] as const;
