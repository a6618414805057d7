/**
 * The JSON Schema of SLO files, for editors: docs/formats/slo.schema.json, written by checks/slo-schema.ts. It says
 * what a property may be; what joins several of them is said by `valet slo validate`.
 */
import {
  EXTENSION_ALERT_HOLD,
  EXTENSION_BUDGET_ALERTS,
  EXTENSION_DIMENSION,
  EXTENSION_EXCLUSIONS,
  EXTENSION_MIN_BAD_EVENTS,
  EXTENSION_MIN_COVERAGE,
  EXTENSION_MIN_EVENTS,
  EXTENSION_NO_DATA_ALERT,
  EXTENSION_PREFIX,
  EXTENSION_SECOND_WINDOW,
  EXTENSION_SHORT_WINDOW,
  EXTENSION_TIERS,
  EXTENSIONS,
  OPENSLO_KINDS,
  OPENSLO_VERSION,
  type OpenSloKind,
} from './openslo.ts';

interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Values of our annotations. */
const EXTENSION_VALUES: Readonly<Record<string, JsonSchema>> = {
  [EXTENSION_DIMENSION]: {
    enum: ['volume', 'availability', 'latency', 'errors', 'tickets'],
    description: 'VALET dimension of the SLO',
  },
  [EXTENSION_SECOND_WINDOW]: {
    description: 'a second window, for its budget only: 7d, or 1M Europe/Berlin',
  },
  [EXTENSION_EXCLUSIONS]: {
    description:
      'times that do not count, one a line: 2026-01-04T02:00[Europe/Berlin]/2h RRULE:FREQ=WEEKLY upgrade',
  },
  [EXTENSION_MIN_BAD_EVENTS]: {
    pattern: '^[1-9]\\d{0,8}$',
    description: 'burn-rate tiers need so many bad events in their long window',
  },
  [EXTENSION_MIN_EVENTS]: {
    pattern: '^[1-9]\\d{0,8}$',
    description: 'burn-rate tiers need so many events in their long window',
  },
  [EXTENSION_ALERT_HOLD]: {
    pattern: '^[1-9]\\d{0,5}[smhdw]$',
    description: 'how long a tier has to be calm before its alert ends, up to 1d: 10m',
  },
  [EXTENSION_BUDGET_ALERTS]: {
    description: 'percents of the budget that raise a ticket when they are spent: 50 75 90 100',
  },
  [EXTENSION_NO_DATA_ALERT]: {
    pattern: '^((page|ticket) +)?[1-9]\\d{0,5}[smhdw]$',
    description: 'alert when nothing was counted for so long, 1m to 7d: 10m, or page 10m',
  },
  [EXTENSION_MIN_COVERAGE]: {
    pattern: '^(?:0(?:\\.\\d{1,6})?|1(?:\\.0{1,6})?)$',
    description: 'below this share of measured time alerts freeze',
  },
  [EXTENSION_TIERS]: {
    description: 'burn-rate tiers in place of the default ones: page 1h/5m 14.4, ticket 3d 10%; or none',
  },
  [EXTENSION_SHORT_WINDOW]: {
    pattern: '^[1-9]\\d{0,5}[smhdw]$',
    description: 'short window of the burn-rate tier: 5m',
  },
};

/** The schema, plain JSON. */
export function openSloJsonSchema(): JsonSchema {
  const kinds = Object.keys(OPENSLO_KINDS) as OpenSloKind[];
  const definitions = kinds.map((kind) => [kind, kindSchema(kind)]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'SLO file of Valet',
    description: 'OpenSLO v1 as Valet reads it, one document or a list of them (docs/slo-definitions.md)',
    if: { type: 'array' },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { items: { $ref: '#/definitions/document' } },
    else: { $ref: '#/definitions/document' },
    definitions: { document: documentSchema(kinds), ...Object.fromEntries(definitions) },
  };
}

/** By kind, so that an editor speaks of the one that is meant. */
function documentSchema(kinds: readonly OpenSloKind[]): JsonSchema {
  return {
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: { apiVersion: { const: OPENSLO_VERSION }, kind: { enum: kinds } },
    allOf: kinds.map((kind) => ({
      if: { required: ['kind'], properties: { kind: { const: kind } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: `#/definitions/${kind}` },
    })),
  };
}

function kindSchema(kind: OpenSloKind): JsonSchema {
  const plain = JSON.parse(JSON.stringify(OPENSLO_KINDS[kind])) as JsonSchema;
  return withExtensions(plain, kind) as JsonSchema;
}

/** The schema with our annotations named wherever there is metadata; `kind` is that of the document around it. */
function withExtensions(schema: unknown, kind: OpenSloKind): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withExtensions(item, kind));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties, ...others } = schema as {
    readonly properties?: Record<string, JsonSchema>;
  } & JsonSchema;
  const rest = Object.entries(others).map(([keyword, value]) => [keyword, withExtensions(value, kind)]);
  if (properties === undefined) return Object.fromEntries(rest);
  const inner = (name: string) => kindWithin({ properties, name, kind });
  const changed = Object.entries(properties).map(([name, value]) => [
    name,
    name === 'annotations' ? annotations(kind) : withExtensions(value, inner(name)),
  ]);
  return { ...Object.fromEntries(rest), properties: Object.fromEntries(changed) };
}

/** What is written out in another document says its kind; the indicator of an SLO is an SLI. */
function kindWithin({
  properties,
  name,
  kind,
}: {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly name: string;
  readonly kind: OpenSloKind;
}): OpenSloKind {
  if (name === 'indicator') return 'SLI';
  const own = properties['metadata'] && properties['kind']?.['const'];
  return typeof own === 'string' ? (own as OpenSloKind) : kind;
}

function annotations(kind: OpenSloKind): JsonSchema {
  const known = EXTENSIONS[kind].map((name) => [name, { type: 'string', ...EXTENSION_VALUES[name] }]);
  return {
    type: 'object',
    properties: Object.fromEntries(known),
    patternProperties: { [`^(?!${EXTENSION_PREFIX})`]: { type: 'string' } },
    additionalProperties: false,
  };
}
