/** Generated records, full of what one compiler could read otherwise than the other. */
import fc from 'fast-check';
import type { Attributes, EventRow, LogRow, Origin, PointRow, SpanRow, Value } from './rows.ts';

export const KEYS = ['a', 'b', "it's", 'service.name', ' ', 'k\\', 'ключ'];
const TEXTS = [
  '',
  '5',
  '-5',
  '05',
  '+5',
  '5.0',
  '5.',
  '.5',
  '0.1',
  '1e3',
  '1E+3',
  '1e400',
  '-1e400',
  '1e-400',
  'inf',
  'nan',
  '-',
  ' 5',
  '5 ',
  '0x5',
  '1_0',
  '9007199254740992',
  '9007199254740993',
  '99999999999999999999',
  'true',
  'false',
  'nil',
  'GET /x',
  'a\nb',
  'a\tb\r',
  "o'clock",
  'back\\slash',
  'ä',
  'Ä',
  'é',
  '\ufffd',
  '😀',
  '\ue000',
  '{x:Int}',
  '?',
  '0000000000000000',
  '[1]',
  'MQ==',
  '\u0001',
];
const INTS = [
  0n,
  1n,
  5n,
  -5n,
  200n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 63n),
  2n ** 63n - 1n,
];
const DOUBLES = [
  0,
  -0,
  5,
  0.1,
  0.30000000000000004,
  -5.5,
  1e21,
  1e-7,
  5e-324,
  1.7976931348623157e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** Values whose text or number the two compilers could take otherwise. */
export const VALUES: readonly Value[] = [
  ...TEXTS,
  ...INTS.map((value) => ({ int: value })),
  ...DOUBLES.map((value) => ({ double: value })),
  true,
  false,
  null,
];

export const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
);
const int = fc.oneof(fc.constantFrom(...INTS), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const double = fc.oneof(fc.constantFrom(...DOUBLES), fc.double());

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: int.map((value) => ({ int: value })) },
  { weight: 2, arbitrary: double.map((value) => ({ double: value })) },
  fc.boolean(),
  fc.array(fc.nat(255), { maxLength: 6 }).map((bytes) => ({ bytes })),
  /** An array of one text and one int. */
  fc.constant({ array: [0x0a, 0x03, 0x0a, 0x01, 0x61, 0x0a, 0x02, 0x18, 0x05] }),
  fc.constant(null),
);

const attributes: fc.Arbitrary<Attributes> = fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), value), {
  maxLength: 4,
  selector: ([key]) => key,
});

const origin = fc.record<Origin>(
  {
    resource: attributes,
    scopeName: text,
    scopeVersion: text,
    scope: attributes,
    resourceSchemaUrl: text,
    scopeSchemaUrl: text,
    scopeDroppedAttributesCount: fc.constantFrom(0, 5, 2 ** 32 - 1),
  },
  { requiredKeys: [] },
);
/** Few origins, so that rows share resources. */
const origins = fc.array(origin, { minLength: 1, maxLength: 3 });

function withOrigins<Row>(row: fc.Arbitrary<Row>): fc.Arbitrary<readonly (Row & Origin)[]> {
  return fc
    .tuple(origins, fc.array(fc.tuple(fc.nat(2), row), { minLength: 1, maxLength: 12 }))
    .map(([all, rows]) => rows.map(([index, own]) => ({ ...all[index % all.length], ...own })));
}

export const IDS = ['00000000000000ff', 'abcdef0123456789'];
const spanId = fc.constantFrom(...IDS);
const traceId = fc.constantFrom(...IDS).map((id) => id + id);
const nanos = fc.constantFrom(
  0n,
  1n,
  200_000_000n,
  200_000_001n,
  2n ** 32n,
  2n ** 53n + 1n,
  1_790_000_000_000_000_000n,
  1_790_000_000_200_000_001n,
);
/** Counts have all 64 bits; times are stored as signed numbers. */
const count = fc.oneof(nanos, fc.constantFrom(2n ** 63n, 2n ** 64n - 1n));
const int32 = fc.constantFrom(0, 5, -5, 2 ** 31 - 1, -(2 ** 31));
const flags = fc.constantFrom(0, 1, 5, 0x1ff, 2 ** 32 - 1);

const event = fc.record<EventRow>({ name: text, time: nanos, attributes }, { requiredKeys: [] });

export const spanRows = withOrigins(
  fc.record<SpanRow>(
    {
      attributes,
      name: text,
      kind: fc.nat(5),
      statusCode: fc.nat(2),
      statusMessage: text,
      start: nanos,
      end: nanos,
      traceId,
      spanId,
      parentSpanId: spanId,
      traceState: text,
      events: fc.array(event, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
);

export const logRows = withOrigins(
  fc.record<LogRow>(
    {
      attributes,
      body: value,
      severityNumber: fc.nat(24),
      severityText: text,
      eventName: text,
      time: nanos,
      observed: nanos,
      flags,
      traceId,
      spanId,
    },
    { requiredKeys: [] },
  ),
);

export const pointRows = withOrigins(
  fc.record<PointRow>(
    {
      metric: text,
      description: text,
      unit: text,
      attributes,
      value: double,
      start: nanos,
      time: nanos,
      flags,
      temporality: fc.nat(2),
      isMonotonic: fc.boolean(),
      count,
      sum: double,
      min: double,
      max: double,
      scale: int32,
      zeroCount: count,
      positiveOffset: int32,
      negativeOffset: int32,
    },
    { requiredKeys: [] },
  ),
);
