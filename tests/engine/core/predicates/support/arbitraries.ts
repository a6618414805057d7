/** Generated records and conditions, full of what one compiler could read otherwise than the other. */
import fc from 'fast-check';
import type { Attributes, LogRow, Origin, PointRow, SpanRow, Value } from './batches.ts';

const KEYS = ['a', 'b', "it's", 'service.name', ' ', 'k\\', 'ключ'];
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

const text = fc.oneof(
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
  { resource: attributes, scopeName: text, scopeVersion: text, scope: attributes },
  { requiredKeys: [] },
);
/** Few origins, so that rows share resources. */
const origins = fc.array(origin, { minLength: 1, maxLength: 3 });

function withOrigins<Row>(row: fc.Arbitrary<Row>): fc.Arbitrary<readonly (Row & Origin)[]> {
  return fc
    .tuple(origins, fc.array(fc.tuple(fc.nat(2), row), { minLength: 1, maxLength: 12 }))
    .map(([all, rows]) => rows.map(([index, own]) => ({ ...all[index % all.length], ...own })));
}

const IDS = ['00000000000000ff', 'abcdef0123456789'];
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
);

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
      traceId,
      spanId,
    },
    { requiredKeys: [] },
  ),
);

export const pointRows = withOrigins(
  fc.record<PointRow>(
    { metric: text, description: text, unit: text, attributes, value: double },
    { requiredKeys: [] },
  ),
);

/** Patterns the two engines could read otherwise. */
export const PATTERNS = [
  '^GET',
  '.',
  'a.b',
  '(?s)a.b',
  '^$',
  '',
  '[0-9]+',
  '(?i)ä',
  'x|5',
  '\\bx',
  '\\d+$',
  'é',
  '^.$',
  '\\p{L}',
  '[^a]',
  "'",
  '\\\\',
  '^0',
  '(?-s:a.b)',
  'a|(?s:.)b',
];
const quotedText = text.map((value) => JSON.stringify(value));
const pattern = fc
  .oneof(
    fc.constantFrom(...PATTERNS),
    text.map((value) => `^${value.replace(/[!-/:-@[-`{-~]/g, '\\$&')}`),
  )
  .map((value) => JSON.stringify(value));
const number = fc.oneof(
  fc.constantFrom(
    '0',
    '5',
    '-5',
    '200',
    '0.1',
    '5.0',
    '.5',
    '9007199254740991',
    '-9007199254740991',
    '1000',
    '1.5e308',
  ),
  fc.integer().map(String),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => value.toFixed(3))
    .filter((value) => !value.includes('e')),
);
const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const equality = fc.constantFrom('==', '!=');

function compared(path: fc.Arbitrary<string>, op: fc.Arbitrary<string>, literal: fc.Arbitrary<string>) {
  return fc.tuple(path, op, literal, fc.boolean()).map(([left, sign, right, swap]) => {
    return swap ? `${right} ${sign} ${left}` : `${left} ${sign} ${right}`;
  });
}

function called(path: fc.Arbitrary<string>) {
  return fc.oneof(
    fc.tuple(path, pattern).map(([field, regex]) => `IsMatch(${field}, ${regex})`),
    fc
      .tuple(fc.constantFrom('HasPrefix', 'HasSuffix'), path, quotedText)
      .map(([name, field, part]) => `${name}(${field}, ${part})`),
  );
}

function ofAny(path: fc.Arbitrary<string>) {
  return fc.oneof(
    compared(path, operator, quotedText),
    compared(path, operator, number),
    compared(path, equality, fc.constantFrom('true', 'false')),
    called(path),
  );
}

function keyed(...maps: readonly string[]) {
  const path = fc
    .tuple(fc.constantFrom(...maps), fc.constantFrom(...KEYS))
    .map(([map, key]) => `${map}[${JSON.stringify(key)}]`);
  return fc.oneof(
    { weight: 4, arbitrary: ofAny(path) },
    { weight: 1, arbitrary: compared(path, equality, fc.constant('nil')) },
  );
}

function ofText(...paths: readonly string[]) {
  const path = fc.constantFrom(...paths);
  return fc.oneof(compared(path, operator, quotedText), called(path));
}

function ofId(digits: number, ...paths: readonly string[]) {
  const path = fc.constantFrom(...paths);
  const ids = fc.constantFrom(...IDS, '0'.repeat(16)).map((id) => JSON.stringify(id.repeat(digits / 16)));
  return fc.oneof(compared(path, equality, ids), called(path));
}

const ofEnum = (path: string, ...symbols: readonly string[]) =>
  compared(
    fc.constant(path),
    operator,
    fc.oneof(fc.constantFrom(...symbols), fc.integer({ min: -1, max: 26 }).map(String)),
  );

function conditions(leaf: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: fc.constantFrom('true', 'false') },
      {
        weight: 2,
        arbitrary: fc
          .array(tie('condition'), { minLength: 2, maxLength: 4 })
          .map((all) => `(${all.join(' and ')})`),
      },
      {
        weight: 2,
        arbitrary: fc
          .array(tie('condition'), { minLength: 2, maxLength: 4 })
          .map((all) => `(${all.join(' or ')})`),
      },
      { weight: 2, arbitrary: tie('condition').map((one) => `not (${one})`) },
      { weight: 1, arbitrary: fc.tuple(leaf, leaf, leaf).map(([a, b, c]) => `not ${a} and ${b} or ${c}`) },
    ),
  })).condition;
}

const SHARED_MAPS = ['resource.attributes', 'scope.attributes', 'instrumentation_scope.attributes'];

export const spanConditions = conditions(
  fc.oneof(
    { weight: 4, arbitrary: keyed('span.attributes', ...SHARED_MAPS) },
    ofText('span.name', 'span.status.message', 'span.trace_state', 'scope.name', 'scope.version'),
    ofId(16, 'span.span_id.string', 'span.parent_span_id.string'),
    ofId(32, 'span.trace_id.string'),
    ofEnum('span.kind', 'SPAN_KIND_SERVER', 'SPAN_KIND_UNSPECIFIED'),
    ofEnum('span.status.code', 'STATUS_CODE_ERROR', 'STATUS_CODE_OK'),
    compared(
      fc.constant('span.duration'),
      operator,
      fc.constantFrom(
        'Duration("200ms")',
        'Duration("0.5h1.5us")',
        'Duration("-1s")',
        '0',
        '1',
        '9007199254740991',
      ),
    ),
    fc.constant('IsRootSpan()'),
  ),
);

export const logConditions = conditions(
  fc.oneof(
    { weight: 3, arbitrary: keyed('log.attributes', ...SHARED_MAPS) },
    { weight: 2, arbitrary: ofAny(fc.constant('log.body')) },
    ofText('log.severity_text', 'log.event_name', 'scope.name'),
    ofId(16, 'log.span_id.string'),
    ofId(32, 'log.trace_id.string'),
    ofEnum('log.severity_number', 'SEVERITY_NUMBER_ERROR', 'SEVERITY_NUMBER_WARN2'),
  ),
);

export const pointConditions = conditions(
  fc.oneof(
    { weight: 2, arbitrary: keyed('datapoint.attributes', ...SHARED_MAPS) },
    { weight: 2, arbitrary: ofText('metric.name', 'metric.description', 'metric.unit') },
    ofEnum('metric.type', 'METRIC_DATA_TYPE_SUM', 'METRIC_DATA_TYPE_GAUGE'),
    compared(fc.constantFrom('datapoint.value_double', 'datapoint.value_int'), operator, number),
    compared(fc.constant('datapoint.value_double'), equality, fc.constant('nil')),
  ),
);
