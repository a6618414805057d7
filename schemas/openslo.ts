/**
 * The part of OpenSLO v1 that is accepted, kind by kind. Every object is closed: what is not named here is a problem,
 * never silently ignored. Rules that join several properties are in engine/core/definitions/.
 */
import { type Static, type TObject, type TObjectOptions, type TProperties, Type } from 'typebox';
import { SIGNALS } from './names.ts';

/** The one version read. */
export const OPENSLO_VERSION = 'openslo/v1';

/** RFC 1123 label. */
export const OPENSLO_NAME_PATTERN = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$';
/** Names that only references use may be wider than OpenSLO promises, as its own examples are. */
export const OPENSLO_WIDE_NAME_PATTERN = '^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$';
/** Longest name, in characters. */
export const MAX_NAME = 63;
const MAX_DESCRIPTION = 1050;
const MAX_DISPLAY_NAME = 250;
const MAX_OBJECTIVES = 20;
const MAX_POLICIES = 20;
const MAX_TARGETS = 20;

function closed<Properties extends TProperties>(
  properties: Properties,
  options: TObjectOptions = {},
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** For editors: exactly one of these is there. Loading says it in its own words. */
function oneOf(...ways: readonly (readonly string[])[]): TObjectOptions {
  return { oneOf: ways.map((required) => ({ required })) } as TObjectOptions;
}

const name = Type.String({ pattern: OPENSLO_NAME_PATTERN, maxLength: MAX_NAME });
const description = Type.Optional(Type.String({ maxLength: MAX_DESCRIPTION }));
const displayName = Type.Optional(Type.String({ maxLength: MAX_DISPLAY_NAME }));
const wideName = Type.String({ pattern: OPENSLO_WIDE_NAME_PATTERN, maxLength: MAX_NAME });
const annotations = Type.Optional(Type.Record(Type.String(), Type.String()));
const labels = Type.Optional(
  Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })])),
);

const metadata = closed({ name, displayName, labels, annotations });
const wideMetadata = closed({ name: wideName, displayName, labels, annotations });

const metric = closed({
  metricSource: closed({
    metricSourceRef: Type.Optional(wideName),
    type: Type.Optional(
      Type.String({ const: 'otlp', description: 'may be left out beside metricSourceRef' }),
    ),
    spec: closed({
      signal: Type.Enum([...SIGNALS], { description: 'whose records are counted' }),
      where: Type.String({ description: "OTTL condition (docs/predicates.md); 'true' counts every record" }),
    }),
  }),
});

const indicatorSpec = closed({
  description,
  ratioMetric: closed(
    {
      counter: Type.Optional(Type.Boolean({ description: 'true: events only ever add up' })),
      good: Type.Optional(metric),
      bad: Type.Optional(metric),
      total: metric,
    },
    oneOf(['good'], ['bad']),
  ),
});

const apiVersion = Type.String({ const: OPENSLO_VERSION });
const header = { apiVersion, kind: Type.String(), metadata };
const wideHeader = { apiVersion, kind: Type.String(), metadata: wideMetadata };

/** What is written out where it is used: a document without its version. */
function inline<Spec extends TObject>(kind: string, spec: Spec, ref: string) {
  const properties = {
    kind: Type.Optional(Type.String({ const: kind })),
    metadata: Type.Optional(wideMetadata),
    spec: Type.Optional(spec),
  };
  const way = oneOf([ref], ['kind', 'metadata', 'spec']);
  return { properties, way };
}

export const OpenSloService = closed({ ...header, spec: closed({ description }) });

export const OpenSloIndicator = closed({ ...header, spec: indicatorSpec });

export const OpenSloDataSource = closed({
  ...wideHeader,
  spec: closed({
    description,
    type: Type.String({ const: 'otlp' }),
    connectionDetails: Type.Optional(
      closed({}, { description: '{}: telemetry is sent here, there is nothing to connect to' }),
    ),
  }),
});

const targetSpec = closed({
  description,
  target: Type.String({ description: 'alertmanager: it decides by labels who is told' }),
});

export const OpenSloNotificationTarget = closed({ ...wideHeader, spec: targetSpec });

const conditionSpec = closed({
  description,
  severity: Type.String({ description: 'page or critical, ticket or warning' }),
  condition: closed({
    kind: Type.Optional(Type.String({ const: 'burnrate' })),
    op: Type.Enum(['gt', 'gte', 'lt', 'lte'], { description: 'gt; others deviate' }),
    /** Read from its decimal text, never as a float. */
    threshold: Type.Number({ description: 'burn rate above which it alerts: 14.4' }),
    lookbackWindow: Type.String({ description: 'the long window: 1h' }),
    alertAfter: Type.Optional(Type.String({ description: '0m; a delay deviates' })),
  }),
});

export const OpenSloAlertCondition = closed({ ...wideHeader, spec: conditionSpec });

const inlineCondition = inline('AlertCondition', conditionSpec, 'conditionRef');
const inlineTarget = inline('AlertNotificationTarget', targetSpec, 'targetRef');

const policySpec = closed({
  description,
  alertWhenNoData: Type.Optional(Type.Boolean()),
  alertWhenResolved: Type.Optional(Type.Boolean()),
  alertWhenBreaching: Type.Optional(Type.Boolean()),
  conditions: Type.Array(
    closed({ conditionRef: Type.Optional(wideName), ...inlineCondition.properties }, inlineCondition.way),
    { minItems: 1, maxItems: 1 },
  ),
  notificationTargets: Type.Array(
    closed({ targetRef: Type.Optional(wideName), ...inlineTarget.properties }, inlineTarget.way),
    { minItems: 1, maxItems: MAX_TARGETS },
  ),
});

export const OpenSloAlertPolicy = closed({ ...wideHeader, spec: policySpec });

const inlinePolicy = inline('AlertPolicy', policySpec, 'alertPolicyRef');

export const OpenSloObjective = closed(
  {
    displayName,
    /** Read from its decimal text, never as a float. */
    target: Type.Optional(Type.Number({ description: 'from 0 to below 1: 0.999' })),
    targetPercent: Type.Optional(Type.Number({ description: 'from 0 to below 100: 99.9' })),
    timeSliceTarget: Type.Optional(
      Type.Number({ description: 'of Timeslices: a slice is good from this ratio on: 0.95' }),
    ),
    timeSliceWindow: Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description: '1m, 3m, 5m, 15m, 30m or 1h; a number is one of minutes',
      }),
    ),
  },
  oneOf(['target'], ['targetPercent']),
);

export const OpenSlo = closed({
  ...header,
  spec: closed(
    {
      description,
      service: name,
      indicator: Type.Optional(closed({ metadata, spec: indicatorSpec })),
      indicatorRef: Type.Optional(name),
      timeWindow: Type.Array(
        closed({
          duration: Type.String({ description: '30d; with a calendar: 1M' }),
          isRolling: Type.Optional(Type.Boolean({ description: 'true, or a calendar' })),
          calendar: Type.Optional(
            closed({
              startTime: Type.String({ description: 'local time a period begins at: 2026-01-01 00:00:00' }),
              timeZone: Type.String({ description: 'IANA name: Europe/Berlin' }),
            }),
          ),
        }),
        { description: 'exactly one' },
      ),
      budgetingMethod: Type.Enum(['Occurrences', 'Timeslices', 'RatioTimeslices'], {
        description: 'what counts: events, good slices of time, or the mean of their ratios',
      }),
      objectives: Type.Array(OpenSloObjective, { minItems: 1, maxItems: MAX_OBJECTIVES }),
      alertPolicies: Type.Optional(
        Type.Array(
          closed({ alertPolicyRef: Type.Optional(wideName), ...inlinePolicy.properties }, inlinePolicy.way),
          { maxItems: MAX_POLICIES },
        ),
      ),
    },
    oneOf(['indicator'], ['indicatorRef']),
  ),
});

/** The kinds read, with their schemas. */
export const OPENSLO_KINDS = {
  Service: OpenSloService,
  SLI: OpenSloIndicator,
  SLO: OpenSlo,
  DataSource: OpenSloDataSource,
  AlertPolicy: OpenSloAlertPolicy,
  AlertCondition: OpenSloAlertCondition,
  AlertNotificationTarget: OpenSloNotificationTarget,
} as const;
export type OpenSloKind = keyof typeof OPENSLO_KINDS;

export type OpenSloDocument = Static<typeof OpenSlo>;
export type OpenSloIndicatorDocument = Static<typeof OpenSloIndicator>;
export type OpenSloIndicatorSpec = Static<typeof indicatorSpec>;
export type OpenSloMetric = Static<typeof metric>;
export type OpenSloMetadata = Static<typeof metadata>;
export type OpenSloPolicySpec = Static<typeof policySpec>;
export type OpenSloConditionSpec = Static<typeof conditionSpec>;
export type OpenSloTargetSpec = Static<typeof targetSpec>;

/** Labels or annotations that mean something here, all but the last of an SLO. */
export const EXTENSION_PREFIX = 'valet/';
export const EXTENSION_DIMENSION = 'valet/dimension';
export const EXTENSION_SECOND_WINDOW = 'valet/second-window';
export const EXTENSION_MIN_BAD_EVENTS = 'valet/min-bad-events';
export const EXTENSION_EXCLUSIONS = 'valet/exclusions';
export const EXTENSION_MIN_EVENTS = 'valet/min-events';
export const EXTENSION_ALERT_HOLD = 'valet/alert-hold';
export const EXTENSION_BUDGET_ALERTS = 'valet/budget-alerts';
export const EXTENSION_NO_DATA_ALERT = 'valet/no-data-alert';
export const EXTENSION_MIN_COVERAGE = 'valet/min-coverage';
export const EXTENSION_TIERS = 'valet/tiers';
/** Of an AlertPolicy or its AlertCondition. */
export const EXTENSION_SHORT_WINDOW = 'valet/short-window';

const SLO_EXTENSIONS = [
  EXTENSION_DIMENSION,
  EXTENSION_SECOND_WINDOW,
  EXTENSION_EXCLUSIONS,
  EXTENSION_MIN_BAD_EVENTS,
  EXTENSION_MIN_EVENTS,
  EXTENSION_MIN_COVERAGE,
  EXTENSION_TIERS,
  EXTENSION_ALERT_HOLD,
  EXTENSION_BUDGET_ALERTS,
  EXTENSION_NO_DATA_ALERT,
] as const;

/** What each kind may have. */
export const EXTENSIONS: Readonly<Record<OpenSloKind, readonly string[]>> = {
  Service: [],
  SLI: [],
  SLO: SLO_EXTENSIONS,
  DataSource: [],
  AlertPolicy: [EXTENSION_SHORT_WINDOW],
  AlertCondition: [EXTENSION_SHORT_WINDOW],
  AlertNotificationTarget: [],
};
