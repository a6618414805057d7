import { describe, expect, it } from 'vitest';
import { compileClosure } from '../../../../engine/core/predicates/closure/compile-closure.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import { POINT_KINDS } from '../../../../engine/core/predicates/types.ts';
import type { Dictionary } from '../../../../otlp/columns/types.ts';
import { logBatch, metricBatch, spanBatch } from './support/batches.ts';
import type { SpanRow, Value } from './support/rows.ts';

function ofSpan(row: SpanRow, text: string): boolean {
  return compileClosure(parsePredicate(text, 'traces'), spanBatch([row]))(0);
}

/** One attribute `k`, absent when undefined. */
function ofAttribute(value: Value | undefined, comparison: string): boolean {
  return ofSpan(
    value === undefined ? {} : { attributes: [['k', value]] },
    `span.attributes["k"] ${comparison}`,
  );
}

const int = (value: bigint) => ({ int: value });
const double = (value: number) => ({ double: value });

describe('an attribute in a comparison', () => {
  it.each<[string, Value | undefined, string, boolean]>([
    ['absent is nil', undefined, '== nil', true],
    ['present is not nil', '', '== nil', false],
    ['an empty value is present and reads as the empty text', null, '== ""', true],
    ['an empty value is not nil', null, '!= nil', true],
    ['absent is not the empty text', undefined, '== ""', false],
    ['absent differs from every text', undefined, '!= "x"', true],
    ['absent differs from every number', undefined, '!= 5', true],
    ['absent is below nothing', undefined, '< "x"', false],
    ['absent is above nothing', undefined, '>= -5', false],
    ['a text equals itself', 'x', '== "x"', true],
    ['a text is no prefix match', 'xy', '== "x"', false],
    ['texts are ordered by their bytes', '\ue000', '< "😀"', true],
    ['a shorter text comes first', 'a', '< "ab"', true],
    ['a text of digits compares as a number with a number', '500', '>= 499.5', true],
    ['a text of digits compares as a text with a text', '500', '< "6"', true],
    ['an int has a text form', int(500n), '== "500"', true],
    ['an int compares as a number', int(-3n), '< 0', true],
    ['an int beyond 2^53 stays beyond', int(2n ** 53n + 1n), '> 9007199254740991', true],
    ['the least int is below all', int(-(2n ** 63n)), '< -9007199254740991', true],
    ['a double compares as a number', double(0.1), '== 0.1', true],
    ['a double equals an int of the same value', double(5), '== 5', true],
    ['minus zero is zero', double(-0), '== 0', true],
    ['NaN differs from every number', double(Number.NaN), '!= 5', true],
    ['infinity is no number', double(Number.POSITIVE_INFINITY), '> 5', false],
    ['a bool has a text form', true, '== "true"', true],
    ['a bool equals a bool', true, '== true', true],
    ['the text true equals true', 'true', '== true', true],
    ['a text that is no bool differs from both', 'yes', '!= true', true],
    ['a bool is no number', true, '!= 1', true],
    ['a text that is no number differs from every number', 'x', '!= 5', true],
    ['a number with a plus is no number', '+5', '== 5', false],
    ['a number with space is no number', ' 5', '== 5', false],
    ['exponents are read', '1e3', '== 1000', true],
    ['bytes are their base64', { bytes: [1, 2, 3] }, '== "AQID"', true],
    ['an array is its JSON', { array: [0x0a, 0x02, 0x18, 0x05] }, '== "[5]"', true],
  ])('%s', (_, value, comparison, expected) => {
    expect(ofAttribute(value, comparison)).toBe(expected);
  });

  it('counts the first of repeated keys', () => {
    const attributes = [
      ['k', 'a'],
      ['k', 'b'],
    ] as const;
    expect(ofSpan({ attributes }, 'span.attributes["k"] == "a"')).toBe(true);
  });

  it('tells shapes apart in which the key stands elsewhere or is missing', () => {
    const batch = spanBatch([
      { attributes: [['k', 'x']] },
      {
        attributes: [
          ['a', '1'],
          ['k', 'x'],
        ],
      },
      {
        attributes: [
          ['a', '1'],
          ['b', 'x'],
        ],
      },
      {},
      {
        attributes: [
          ['a', '2'],
          ['k', 'y'],
        ],
      },
    ]);
    const test = compileClosure(parsePredicate('span.attributes["k"] == "x"', 'traces'), batch);
    expect([0, 1, 2, 3, 4].map(test)).toEqual([true, true, false, false, false]);
  });
});

describe('functions', () => {
  it.each<[string, SpanRow, string, boolean]>([
    ['IsMatch finds anywhere', { name: 'GET /cart' }, 'IsMatch(span.name, "/c.rt")', true],
    ['IsMatch does not let . match a line break', { name: 'a\nb' }, 'IsMatch(span.name, "a.b")', false],
    ['IsMatch reads Unicode', { name: 'straße' }, 'IsMatch(span.name, "^stra.e$")', true],
    [
      'IsMatch reads the text form',
      { attributes: [['k', int(404n)]] },
      'IsMatch(span.attributes["k"], "^4..$")',
      true,
    ],
    ['IsMatch is false for absent', {}, 'IsMatch(span.attributes["k"], ".*")', false],
    ['HasPrefix', { name: 'GET /cart' }, 'HasPrefix(span.name, "GET ")', true],
    ['HasPrefix of a longer text', { name: 'GE' }, 'HasPrefix(span.name, "GET")', false],
    ['HasSuffix', { statusMessage: 'timed out' }, 'HasSuffix(span.status.message, " out")', true],
    ['HasSuffix of nothing', {}, 'HasSuffix(span.status.message, "")', true],
    ['IsRootSpan of a root', {}, 'IsRootSpan()', true],
    ['IsRootSpan of a child', { parentSpanId: '00000000000000ff' }, 'IsRootSpan()', false],
  ])('%s', (_, row, text, expected) => {
    expect(ofSpan(row, text)).toBe(expected);
  });

  it('remembers the answers for texts and never takes one for another', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `/item/${index % 1500}`);
    const batch = spanBatch(names.map((name) => ({ attributes: [['k', name]] })));
    const test = compileClosure(parsePredicate('IsMatch(span.attributes["k"], "[13579]$")', 'traces'), batch);
    expect(names.map((_, row) => test(row))).toEqual(names.map((name) => /[13579]$/.test(name)));
  });
});

describe('span.duration', () => {
  it.each<[string, bigint, bigint, string, boolean]>([
    ['is end minus start', 1n, 200_000_001n, '== Duration("200ms")', true],
    [
      'is exact to the nanosecond',
      1_790_000_000_000_000_000n,
      1_790_000_000_200_000_001n,
      '> Duration("200ms")',
      true,
    ],
    ['carries between the 32-bit halves', 2n ** 32n - 1n, 2n ** 32n + 1n, '== 2', true],
    ['is 0 when the end comes first', 5n, 3n, '== 0', true],
    ['is 0 without an end', 5n, 0n, '== 0', true],
    ['may be centuries', 0n, 2n ** 63n, '> Duration("1000h")', true],
  ])('%s', (_, start, end, comparison, expected) => {
    expect(ofSpan({ start, end }, `span.duration ${comparison}`)).toBe(expected);
  });
});

describe('compileClosure()', () => {
  it('asks a dictionary once per distinct text', () => {
    const batch = spanBatch(
      Array.from({ length: 100 }, (_, index) => ({ name: index % 2 === 0 ? 'a' : 'b' })),
    );
    let asked = 0;
    const { dictionary } = batch.name;
    const bytes = (id: number) => {
      asked++;
      return dictionary.bytes(id);
    };
    const counting: Dictionary = { ...dictionary, bytes };
    const test = compileClosure(parsePredicate('span.name == "a"', 'traces'), {
      ...batch,
      name: { ...batch.name, dictionary: counting },
    });
    const answers = Array.from({ length: 100 }, (_, row) => test(row));
    expect(answers.filter(Boolean).length).toBe(50);
    expect(asked).toBe(2);
  });

  it('does not look at a record whose resource settles the condition', () => {
    const batch = spanBatch([{ resource: [['service.name', 'other']], name: 'x' }]);
    const unreadable = { ...batch.name, ids: new Proxy(batch.name.ids, { get: () => expect.unreachable() }) };
    const predicate = parsePredicate(
      'span.name == "x" and resource.attributes["service.name"] == "cart"',
      'traces',
    );
    expect(compileClosure(predicate, { ...batch, name: unreadable })(0)).toBe(false);
  });

  it('reads resource, scope and record of each row', () => {
    const a = { resource: [['service.name', 'cart']], scopeName: 's', scope: [['v', '1']] } as const;
    const b = { resource: [['service.name', 'pay']] } as const;
    const batch = spanBatch([
      { ...a, name: 'x' },
      { ...b, name: 'x' },
      { ...a, name: 'y' },
    ]);
    const text =
      'resource.attributes["service.name"] == "cart" and scope.name == "s" and scope.attributes["v"] == 1 and span.name == "x"';
    expect([0, 1, 2].map(compileClosure(parsePredicate(text, 'traces'), batch))).toEqual([
      true,
      false,
      false,
    ]);
    const resourceOnly = parsePredicate('not resource.attributes["service.name"] == "cart"', 'traces');
    expect([0, 1, 2].map(compileClosure(resourceOnly, batch))).toEqual([false, true, false]);
  });

  it('reads log records', () => {
    const batch = logBatch([
      { body: 'disk full', severityNumber: 17, severityText: 'ERROR', eventName: 'disk.full' },
      { body: int(7n), severityNumber: 9 },
      {},
    ]);
    const rows = (text: string) => [0, 1, 2].map(compileClosure(parsePredicate(text, 'logs'), batch));
    expect(rows('log.severity_number >= SEVERITY_NUMBER_ERROR')).toEqual([true, false, false]);
    expect(rows('log.severity_text == "ERROR" or log.body == 7')).toEqual([true, true, false]);
    expect(rows('IsMatch(log.body, "full")')).toEqual([true, false, false]);
    expect(rows('log.body == ""')).toEqual([false, false, true]);
    expect(rows('log.event_name != ""')).toEqual([true, false, false]);
    expect(rows(`log.trace_id.string == "${'0'.repeat(32)}"`)).toEqual([true, true, true]);
  });

  it('reads the points of each table', () => {
    const batch = metricBatch([{ metric: 'requests', unit: '1', value: 5, attributes: [['code', '200']] }]);
    const answers = (text: string) =>
      POINT_KINDS.filter((kind) => compileClosure(parsePredicate(text, 'metrics'), batch, kind)(0));
    expect(answers('metric.name == "requests" and metric.unit == "1"')).toEqual([...POINT_KINDS]);
    expect(answers('metric.type == METRIC_DATA_TYPE_SUM')).toEqual(['sum']);
    expect(answers('datapoint.value_double >= 5')).toEqual(['gauge', 'sum']);
    expect(answers('datapoint.value_double == nil')).toEqual(['histogram', 'expHistogram', 'summary']);
    expect(answers('datapoint.attributes["code"] < 300')).toEqual([...POINT_KINDS]);
  });

  it.each([
    'ConvertCase(span.name, "upper") == "A"',
    'Len(span.name) + 1 == 2 and Len(span.name) == 1',
    'Split(span.name, "/")[0] == ConvertCase(span.name, "lower")',
  ])('asks a dictionary once per distinct text for %s', (text) => {
    const batch = spanBatch(
      Array.from({ length: 100 }, (_, index) => ({ name: index % 2 === 0 ? 'a' : 'bb' })),
    );
    const { dictionary } = batch.name;
    const asked: number[] = [];
    const counting: Dictionary = {
      ...dictionary,
      bytes: (id) => {
        asked.push(id);
        return dictionary.bytes(id);
      },
    };
    const name = { ...batch.name, dictionary: counting };
    const test = compileClosure(parsePredicate(text, 'traces'), { ...batch, name });
    Array.from({ length: 100 }, (_, row) => test(row));
    const once = asked.length;
    Array.from({ length: 100 }, (_, row) => test(row));
    expect([once <= 8, asked.length]).toEqual([true, once]);
  });

  it('reads what only some points have', () => {
    const batch = metricBatch([
      { count: 2n ** 64n - 1n, sum: 2.5, min: 1, max: 2, scale: -3, zeroCount: 4n, positiveOffset: -7 },
      { temporality: 2, isMonotonic: true, flags: 1, start: 5n, time: 9n, value: Number.NaN },
    ]);
    const answers = (text: string, row: number) =>
      POINT_KINDS.filter((kind) => compileClosure(parsePredicate(text, 'metrics'), batch, kind)(row));
    expect(answers('datapoint.count == 9223372036854775807 + datapoint.count', 0)).toEqual(['gauge', 'sum']);
    expect(answers('datapoint.count - 9223372036854775807 > 9223372036854775807', 0)).toEqual([
      'histogram',
      'expHistogram',
      'summary',
    ]);
    expect(answers('datapoint.sum == 2.5', 0)).toEqual(['histogram', 'expHistogram', 'summary']);
    expect(answers('datapoint.max - datapoint.min == 1', 0)).toEqual(['histogram', 'expHistogram']);
    expect(answers('datapoint.scale == -3 and datapoint.zero_count == 4', 0)).toEqual(['expHistogram']);
    expect(answers('datapoint.positive.offset + datapoint.negative.offset == -7', 0)).toEqual([
      'expHistogram',
    ]);
    expect(answers('metric.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE', 1)).toEqual([
      'sum',
      'histogram',
      'expHistogram',
    ]);
    expect(answers('metric.is_monotonic == true', 1)).toEqual(['sum']);
    expect(answers('metric.is_monotonic == nil', 1)).not.toContain('sum');
    expect(answers('datapoint.value_double == nil', 1)).toEqual([...POINT_KINDS]);
    expect(answers('datapoint.time - datapoint.start_time == Duration("4ns")', 1)).toEqual([...POINT_KINDS]);
    expect(answers('datapoint.flags == 1', 1)).toEqual([...POINT_KINDS]);
  });

  it('takes constants', () => {
    const batch = spanBatch([{}]);
    const answer = (text: string) => compileClosure(parsePredicate(text, 'traces'), batch)(0);
    expect(['true', 'false', 'not false', 'true and false', 'false or true'].map(answer)).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  it('refuses a batch of another signal', () => {
    const predicate = parsePredicate('true', 'logs');
    expect(() => compileClosure(predicate, spanBatch([]))).toThrow(TypeError);
  });
});
