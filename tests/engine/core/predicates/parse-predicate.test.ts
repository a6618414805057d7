import { describe, expect, it } from 'vitest';
import { PREDICATE_ERROR_CODES, PredicateError } from '../../../../engine/core/predicates/errors.ts';
import { parsePredicate, parseValue } from '../../../../engine/core/predicates/parse-predicate.ts';
import { compileSql } from '../../../../engine/core/predicates/sql/compile-sql.ts';
import type { Signal } from '../../../../schemas/names.ts';
import { REFUSALS } from './support/refusals.ts';

function refusal(text: string, signal: Signal = 'traces'): PredicateError {
  try {
    parsePredicate(text, signal);
  } catch (error) {
    if (error instanceof PredicateError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('parsePredicate()', () => {
  it.each(Object.entries(REFUSALS))('refuses %s', (_, { text, signal, code, column, says }) => {
    const error = refusal(text, signal);
    expect([error.code, error.line, error.column]).toEqual([code, 1, column]);
    expect(error.message).toMatch(says);
  });

  it('has a refusal for every code but the one SQL alone gives', () => {
    const seen = new Set(Object.values(REFUSALS).map(({ code }) => code));
    expect(PREDICATE_ERROR_CODES.filter((code) => !seen.has(code))).toEqual(['predicate-stream-only']);
  });

  it('shows the line in question with a caret below the place', () => {
    const { line, column, excerpt } = refusal('span.name == "a" and\n  span.knid == 2');
    expect([line, column]).toEqual([2, 3]);
    expect(excerpt).toBe('  span.knid == 2\n  ^');
  });

  it('shows the surroundings only of a long line', () => {
    const { excerpt } = refusal(`${'true or '.repeat(50)}span.knid == 2${' or true'.repeat(50)}`);
    const [line = '', caret = ''] = excerpt.split('\n');
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line.indexOf('span.knid')).toBe(caret.indexOf('^'));
  });

  it('binds not tighter than and, and and tighter than or', () => {
    const sql = (text: string) => compileSql(parsePredicate(text, 'traces')).sql;
    expect(sql('not span.kind == 2 and span.kind == 3 or IsRootSpan()')).toBe(
      sql('((not (span.kind == 2)) and span.kind == 3) or IsRootSpan()'),
    );
    expect(sql('not span.kind == 2 and span.kind == 3')).not.toBe(
      sql('not (span.kind == 2 and span.kind == 3)'),
    );
  });

  it.each([
    ['a literal on the left mirrors the operator', '2 < span.kind', 'span.kind > 2'],
    ['an enum is its number', 'span.kind == SPAN_KIND_SERVER', 'span.kind == 2'],
    ['a duration is its nanoseconds', 'span.duration >= Duration("1m0.5s")', 'span.duration >= 60500000000'],
    [
      'a duration takes micro by either sign',
      'span.duration > Duration("5µs")',
      'span.duration > Duration("5us")',
    ],
    ['an older name of the scope is taken', 'instrumentation_scope.name == "x"', 'scope.name == "x"'],
    ["Go's escapes are read", 'span.name == "\\x41\\u00e4\\U0001F600\\101\\t"', 'span.name == "Aä😀A\\t"'],
    ['a sign may stand before a number', 'span.kind > +1', 'span.kind > 1'],
    ['a float needs no leading digit', 'span.attributes["a"] > -.5', 'span.attributes["a"] > -0.5'],
    ['space and line breaks mean nothing', 'span . kind\n==\t2', 'span.kind == 2'],
    [
      'a root span has a parent id of zeros',
      'IsRootSpan()',
      `span.parent_span_id.string == "${'0'.repeat(16)}"`,
    ],
  ])('reads alike: %s', (_, one, other) => {
    const { condition } = parsePredicate(one, 'traces');
    expect(condition).toEqual(parsePredicate(other, 'traces').condition);
  });

  it.each([
    ['arithmetic of literals is done', 'span.duration > 2 * 60 * 1000000000', 'span.duration > 120000000000'],
    ['whole literals divide to whole ones', 'span.kind == -7 / 2', 'span.kind == -3'],
    ['floats divide as they are', 'span.attributes["a"] > 7 / 2.0', 'span.attributes["a"] > 3.5'],
    [
      'durations add up',
      'span.duration > Duration("1s") + Duration("500ms")',
      'span.duration > Duration("1500ms")',
    ],
    ['products bind tighter than sums', 'span.kind + span.kind * 2 == 1', 'span.kind + (span.kind * 2) == 1'],
    [
      'operators of one kind go from left to right',
      'span.kind - 1.5 - span.kind == 1',
      '(span.kind - 1.5) - span.kind == 1',
    ],
    ['a sign needs no space', 'span.kind -1 == -1', 'span.kind - 1 == - 1'],
    ['a minus before a value takes it from zero', '-span.kind == 1', '0 - span.kind == 1'],
    [
      'a time has a zone',
      'span.start_time > Time("2026-01-31 02:30:00+0130", "%F %T%z")',
      'span.start_time > Time("2026-01-31 01:00:00", "%Y-%m-%d %H:%M:%S")',
    ],
    [
      'the nanoseconds of a time are its number',
      'Int(span.start_time) > 5',
      'span.start_time > Time("1970-01-01.000000005", "%F.%s")',
    ],
  ])('reads alike: %s', (_, one, other) => {
    const sql = (text: string) => compileSql(parsePredicate(text, 'traces')).sql;
    expect(sql(one)).toBe(sql(other));
  });

  it('refuses 10,000 parentheses and a megabyte at once, by their length', () => {
    for (const text of [`${'('.repeat(10_000)}true${')'.repeat(10_000)}`, 'true or '.repeat(131_072)]) {
      expect(refusal(text)).toMatchObject({ code: 'predicate-too-large', column: 1 });
    }
  });

  it('says whether span events are read', () => {
    expect(parsePredicate('span.kind == 2 or spanevent.name == "x"', 'traces').readsEvents).toBe(true);
    expect(parsePredicate('span.kind == 2', 'traces').readsEvents).toBe(false);
  });

  it('names the paths that only the stream has', () => {
    expect(parsePredicate('span.flags == 1 or span.kind == 2', 'traces').streamOnly).toEqual(['span.flags']);
    expect(parsePredicate('span.kind == 2', 'traces').streamOnly).toEqual([]);
    const schema = 'scope.schema_url == "x" and scope.schema_url != "y"';
    expect(parsePredicate(schema, 'traces').streamOnly).toEqual(['scope.schema_url']);
    expect(parsePredicate(schema, 'logs').streamOnly).toEqual([]);
  });
});

describe('parseValue()', () => {
  it.each([
    ['a literal', '5 + 5', 'traces', 'predicate-type-mismatch', /Cannot measure a literal/],
    ['a text', 'span.name', 'traces', 'predicate-type-mismatch', /Cannot use span\.name as a number/],
    ['a condition', 'span.kind == 2', 'traces', 'predicate-type-mismatch', /Cannot use a condition/],
    ['span events', 'spanevent.time_unix_nano', 'traces', 'predicate-unsupported', /may have many/],
    ['a path of another signal', 'span.kind', 'logs', 'predicate-wrong-signal', /belongs to traces/],
  ] as const)('refuses %s', (_, text, signal, code, says) => {
    const refused = () => parseValue(text, signal);
    expect(refused).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) }));
  });

  it('names the paths that only the stream has', () => {
    expect(parseValue('span.flags + 1', 'traces').streamOnly).toEqual(['span.flags']);
  });
});
