import { describe, expect, it } from 'vitest';
import {
  compileClosure,
  compileValueClosure,
} from '../../../../engine/core/predicates/closure/compile-closure.ts';
import { parsePredicate, parseValue } from '../../../../engine/core/predicates/parse-predicate.ts';
import { APPENDED_MILLIS, logBatch, metricBatch, spanBatch } from './support/batches.ts';
import type { SpanRow, Value } from './support/rows.ts';

function ofSpan(row: SpanRow, text: string): boolean {
  return compileClosure(parsePredicate(text, 'traces'), spanBatch([row]))(0);
}

const int = (value: bigint) => ({ int: value });
const double = (value: number) => ({ double: value });

describe('functions that make values', () => {
  const k = (value: Value) => ({ attributes: [['k', value]] as const });
  const K = 'span.attributes["k"]';
  it.each<[string, SpanRow, string, boolean]>([
    ['Int cuts toward zero', k(double(-2.7)), `Int(${K}) == -2`, true],
    ['Int reads a text', k('42'), `Int(${K}) == 42`, true],
    ['Int of no number is nil', k('4 2'), `Int(${K}) == nil`, true],
    ['Int of absent is nil', {}, `Int(${K}) == nil`, true],
    ['Double reads a text', k('0.5'), `Double(${K}) == 0.5`, true],
    ['Double of infinity is nil', k(double(Number.POSITIVE_INFINITY)), `Double(${K}) == nil`, true],
    ['String is the string form', k(int(42n)), `String(${K}) == "42"`, true],
    ['String of a whole number is decimal', { kind: 3 }, 'String(span.kind * 100) == "300"', true],
    ['String of absent is nil', {}, `String(${K}) == nil`, true],
    ['Len counts bytes', { name: 'äb' }, 'Len(span.name) == 3', true],
    ['Len of absent is nil', {}, `Len(${K}) == nil`, true],
    ['ConvertCase lowers', { name: 'GET /A' }, 'ConvertCase(span.name, "lower") == "get /a"', true],
    ['ConvertCase raises', { name: 'get äz{' }, 'ConvertCase(span.name, "upper") == "GET äZ{"', true],
    ['Substring takes bytes', { name: 'GET /cart' }, 'Substring(span.name, 4, 5) == "/cart"', true],
    ['Substring beyond the end is nil', { name: 'GET' }, 'Substring(span.name, 1, 3) == nil', true],
    ['Substring through a character is nil', { name: 'äb' }, 'Substring(span.name, 1, 2) == nil', true],
    ['Substring behind a character', { name: 'äb' }, 'Substring(span.name, 2, 1) == "b"', true],
    ['Split gives a part', { name: 'a/b//c' }, 'Split(span.name, "/")[3] == "c"', true],
    ['Split gives empty parts', { name: 'a/b//c' }, 'Split(span.name, "/")[2] == ""', true],
    ['Split beyond the parts is nil', { name: 'a/b' }, 'Split(span.name, "/")[2] == nil', true],
    ['Split takes delimiters from the left', { name: 'aaab' }, 'Split(span.name, "aa")[1] == "ab"', true],
    ['Split of the empty text has one part', {}, 'Split(span.name, "/")[0] == ""', true],
    ['IsMatch looks at a value', k('A/5xx'), `IsMatch(Split(${K}, "/")[1], "^5")`, true],
    [
      'HasPrefix looks at a value',
      { name: 'GET x' },
      'HasPrefix(ConvertCase(span.name, "lower"), "get")',
      true,
    ],
    ['functions of absent are false', {}, `HasSuffix(ConvertCase(${K}, "lower"), "")`, false],
  ])('%s', (_, row, text, expected) => {
    expect(ofSpan(row, text)).toBe(expected);
  });
});

describe('arithmetic', () => {
  const k = (value: Value) => ({ attributes: [['k', value]] as const });
  const K = 'span.attributes["k"]';
  it.each<[string, SpanRow, string, boolean]>([
    ['adds numbers of attributes', k('1.5'), `${K} + 1 == 2.5`, true],
    ['divides whole numbers to whole ones', { kind: 5 }, '-span.kind / 2 == -2', true],
    ['divides floats as they are', { kind: 5 }, 'span.kind / 2.0 == 2.5', true],
    ['takes an attribute for a float', k(int(5n)), `${K} / 2 == 2.5`, true],
    ['takes Int of an attribute for a whole number', k(int(5n)), `Int(${K}) / 2 == 2`, true],
    ['gives nil for a division by zero', k(int(0n)), `(5 / ${K}) == nil`, true],
    ['gives nil for what is no number', k('x'), `${K} + 1 == nil`, true],
    ['is in no order with nil', {}, `${K} + 1 < 5`, false],
    ['differs from every number when nil', {}, `${K} + 1 != 5`, true],
    ['overflows to infinity', k(double(1e308)), `${K} * 10 > 1.5e308`, true],
  ])('%s', (_, row, text, expected) => {
    expect(ofSpan(row, text)).toBe(expected);
  });
});

describe('two attributes', () => {
  const [A, B] = ['span.attributes["a"]', 'span.attributes["b"]'];
  it.each<[string, SpanRow['attributes'], string, boolean]>([
    [
      'are equal by their string form',
      [
        ['a', int(5n)],
        ['b', '5'],
      ],
      `${A} == ${B}`,
      true,
    ],
    [
      'differ otherwise',
      [
        ['a', '5'],
        ['b', '05'],
      ],
      `${A} != ${B}`,
      true,
    ],
    ['are equal when both are absent', [], `${A} == ${B}`, true],
    ['differ when one is absent', [['a', '']], `${A} == ${B}`, false],
    [
      'are ordered as numbers by Double',
      [
        ['a', '10'],
        ['b', '9'],
      ],
      `Double(${A}) > Double(${B})`,
      true,
    ],
    [
      'are ordered as texts by String',
      [
        ['a', '10'],
        ['b', '9'],
      ],
      `String(${A}) < String(${B})`,
      true,
    ],
    ['hold for <= when both are absent', [], `Double(${A}) <= Double(${B})`, true],
    ['do not hold for < when both are absent', [], `Double(${A}) < Double(${B})`, false],
    ['do not hold for <= when one is absent', [['a', '1']], `Double(${A}) <= Double(${B})`, false],
  ])('%s', (_, attributes, text, expected) => {
    expect(ofSpan({ attributes: attributes ?? [] }, text)).toBe(expected);
  });
});

describe('times', () => {
  const start = 1_790_000_000_000_000_000n;
  it.each<[string, SpanRow, string, boolean]>([
    [
      'are subtracted to the nanosecond',
      { start, end: start + 200_000_001n },
      'span.end_time_unix_nano - span.start_time_unix_nano == 200000001',
      true,
    ],
    [
      'compare to the nanosecond',
      { start: start + 1n },
      'span.start_time > Time("2026-09-21T14:13:20Z", "%Y-%m-%dT%H:%M:%S%z")',
      true,
    ],
    [
      'compare to the nanosecond with integers',
      { start },
      'span.start_time_unix_nano == 1790000000000000000',
      true,
    ],
    [
      'take a duration',
      { start, end: start + 2_000_000_000n },
      'span.start_time + Duration("2s") == span.end_time',
      true,
    ],
    ['end where they start without an end', { start }, 'span.end_time == span.start_time', true],
    [
      'end where they start when the end comes first',
      { start, end: start - 1n },
      'span.end_time == span.start_time',
      true,
    ],
    [
      'make durations that add up',
      { start: 5n, end: 9n },
      'span.duration + (span.end_time - span.start_time) == 8',
      true,
    ],
    [
      'may be as large as they get',
      { start: 0n, end: 2n ** 64n - 1n },
      'span.end_time_unix_nano > 9223372036854775807',
      true,
    ],
  ])('%s', (_, row, text, expected) => {
    expect(ofSpan(row, text)).toBe(expected);
  });

  it('of a log record are its own, the observed one, or the one it was appended at', () => {
    const batch = logBatch([{ time: 5n, observed: 6n }, { observed: 6n }, {}]);
    const rows = (text: string) => [0, 1, 2].map(compileClosure(parsePredicate(text, 'logs'), batch));
    expect(rows('log.time_unix_nano == 5')).toEqual([true, false, false]);
    expect(rows('log.time_unix_nano == 6')).toEqual([false, true, false]);
    expect(rows(`log.time_unix_nano == ${APPENDED_MILLIS}000000`)).toEqual([false, false, true]);
    expect(rows('log.observed_time_unix_nano == 6')).toEqual([true, true, false]);
  });
});

describe('compileValueClosure()', () => {
  it('gives the number of each row, and NaN where there is none', () => {
    const batch = spanBatch([
      { attributes: [['ms', int(1500n)]], resource: [['scale', '2']], start: 5n, end: 30n },
      { attributes: [['ms', '7']] },
      { attributes: [['ms', 'soon']], resource: [['scale', '0']] },
    ]);
    const numbers = (text: string) => [0, 1, 2].map(compileValueClosure(parseValue(text, 'traces'), batch));
    expect(numbers('span.attributes["ms"] / 1000')).toEqual([1.5, 0.007, Number.NaN]);
    expect(numbers('Int(span.attributes["ms"]) / 1000')).toEqual([1, 0, Number.NaN]);
    expect(numbers('1 / resource.attributes["scale"]')).toEqual([0.5, Number.NaN, Number.NaN]);
    expect(numbers('resource.attributes["scale"]')).toEqual([2, Number.NaN, 0]);
    expect(numbers('span.duration')).toEqual([25, 0, 0]);
  });

  it('gives the number of each point of a table', () => {
    const batch = metricBatch([{ value: 0.5, sum: 3 }, { value: Number.NaN }]);
    const value = parseValue('datapoint.value_double * 2', 'metrics');
    expect([0, 1].map(compileValueClosure(value, batch, 'gauge'))).toEqual([1, Number.NaN]);
    expect([0, 1].map(compileValueClosure(value, batch, 'summary'))).toEqual([Number.NaN, Number.NaN]);
  });

  it('refuses a batch of another signal, and metrics without a table', () => {
    expect(() => compileValueClosure(parseValue('log.flags', 'logs'), spanBatch([]))).toThrow(TypeError);
    const value = parseValue('datapoint.flags', 'metrics');
    // What callers without types may do.
    expect(() => compileValueClosure(value, metricBatch([]), undefined as never)).toThrow(TypeError);
  });
});
