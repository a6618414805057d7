import { describe, expect, it } from 'vitest';
import { PREDICATE_ERROR_CODES, PredicateError } from '../../../../engine/core/predicates/errors.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import { compileSql } from '../../../../engine/core/predicates/sql/compile-sql.ts';
import type { Signal } from '../../../../schemas/names.ts';

interface Refusal {
  readonly text: string;
  readonly signal?: Signal;
  readonly code: string;
  readonly column: number;
  readonly says: RegExp;
}

const refusals: Readonly<Record<string, Refusal>> = {
  'nothing at all': {
    text: ' ',
    code: 'predicate-syntax',
    column: 2,
    says: /write true to count everything/,
  },
  'a single =': { text: 'span.name = "x"', code: 'predicate-syntax', column: 11, says: /write ==/ },
  'single quotes': { text: "span.name == 'x'", code: 'predicate-syntax', column: 14, says: /double quotes/ },
  '&& for and': { text: 'true && true', code: 'predicate-syntax', column: 6, says: /write and/ },
  '|| for or': { text: 'true || true', code: 'predicate-syntax', column: 6, says: /write or/ },
  '! for not': { text: '!IsRootSpan()', code: 'predicate-syntax', column: 1, says: /write not/ },
  '=~ for IsMatch': { text: 'span.name =~ "x"', code: 'predicate-syntax', column: 11, says: /IsMatch/ },
  'a text without an end': {
    text: 'span.name == "x',
    code: 'predicate-syntax',
    column: 14,
    says: /no closing/,
  },
  'an unknown sign': { text: 'span.name == §', code: 'predicate-syntax', column: 14, says: /Cannot read §/ },
  'an open parenthesis': {
    text: '(true',
    code: 'predicate-syntax',
    column: 6,
    says: /found the end where \) must/,
  },
  'two conditions side by side': {
    text: 'true true',
    code: 'predicate-syntax',
    column: 6,
    says: /and, or, or the end/,
  },
  'a missing side': { text: 'span.name ==', code: 'predicate-syntax', column: 13, says: /found the end/ },
  'a keyword for a value': {
    text: 'span.name == and',
    code: 'predicate-syntax',
    column: 14,
    says: /found and/,
  },
  'chained comparisons': { text: '1 < span.kind < 3', code: 'predicate-syntax', column: 15, says: /chained/ },
  'not after not': {
    text: 'not not true',
    code: 'predicate-syntax',
    column: 5,
    says: /not cannot follow not/,
  },
  'a path that ends in a dot': {
    text: 'span. == 1',
    code: 'predicate-syntax',
    column: 7,
    says: /a name must come/,
  },
  'a key without quotes': {
    text: 'span.attributes[a] == 1',
    code: 'predicate-syntax',
    column: 17,
    says: /key in double/,
  },
  'half a surrogate pair': {
    text: 'span.name == "\ud83d"',
    code: 'predicate-syntax',
    column: 1,
    says: /not Unicode/,
  },
  'a condition as long as a book': {
    text: `true or ${'true or '.repeat(2000)}true`,
    code: 'predicate-too-large',
    column: 1,
    says: /limit is 8192/,
  },
  'deep nesting': {
    text: `${'('.repeat(65)}true${')'.repeat(65)}`,
    code: 'predicate-too-large',
    column: 66,
    says: /deeper than 64/,
  },
  'a mistyped path': {
    text: 'span.nmae == "x"',
    code: 'predicate-unknown-path',
    column: 1,
    says: /did you mean span\.name\?/,
  },
  'a path without its context': {
    text: 'status.code == 2 and true',
    code: 'predicate-unknown-path',
    column: 1,
    says: /did you mean span\.status\.code/,
  },
  'a name without its context': {
    text: 'true and kind == 2',
    code: 'predicate-unknown-path',
    column: 10,
    says: /begin with their context, write span\.kind/,
  },
  'an id in bytes': {
    text: 'span.trace_id == "x"',
    code: 'predicate-unknown-path',
    column: 1,
    says: /write span\.trace_id\.string/,
  },
  'a path of another signal': {
    text: 'log.body == "x"',
    code: 'predicate-wrong-signal',
    column: 1,
    says: /belongs to logs/,
  },
  'a mistyped function': {
    text: 'IsMach(span.name, "x")',
    code: 'predicate-unknown-function',
    column: 1,
    says: /did you mean IsMatch\?/,
  },
  'a function in lower case': {
    text: 'isMatch(span.name, "x")',
    code: 'predicate-unknown-function',
    column: 1,
    says: /write IsMatch/,
  },
  'an unknown function in a comparison': {
    text: 'span.name == Concat("a")',
    code: 'predicate-unknown-function',
    column: 14,
    says: /Cannot find the function Concat/,
  },
  'a name JavaScript objects have': {
    text: 'ToString()',
    code: 'predicate-unknown-function',
    column: 1,
    says: /known are|did you mean/,
  },
  'a mistyped enum': {
    text: 'span.status.code == STATUS_CODE_EROR',
    code: 'predicate-unknown-enum',
    column: 21,
    says: /did you mean STATUS_CODE_ERROR\?/,
  },
  'an escape Go does not have': {
    text: 'span.name == "a\\q"',
    code: 'predicate-invalid-literal',
    column: 16,
    says: /escape \\q/,
  },
  'an escaped byte beyond ASCII': {
    text: 'span.name == "\\xff"',
    code: 'predicate-invalid-literal',
    column: 15,
    says: /escape/,
  },
  'half a surrogate pair in an escape': {
    text: 'span.name == "\\ud83d"',
    code: 'predicate-invalid-literal',
    column: 15,
    says: /escape/,
  },
  'a duration in words': {
    text: 'span.duration > Duration("5 min")',
    code: 'predicate-invalid-literal',
    column: 26,
    says: /Duration\("200ms"\)/,
  },
  'an integer that doubles cannot tell apart': {
    text: 'span.attributes["n"] == 9007199254740992',
    code: 'predicate-invalid-literal',
    column: 25,
    says: /compare the text/,
  },
  'an infinite float': {
    text: `span.attributes["n"] < 1.0e999`,
    code: 'predicate-invalid-literal',
    column: 24,
    says: /too large/,
  },
  'an empty key': {
    text: 'span.attributes[""] == nil',
    code: 'predicate-invalid-literal',
    column: 1,
    says: /empty key/,
  },
  'a pattern that is none': {
    text: 'IsMatch(span.name, "(")',
    code: 'predicate-invalid-pattern',
    column: 20,
    says: /missing closing \)/,
  },
  'look-ahead': {
    text: 'IsMatch(span.name, "a(?=b)")',
    code: 'predicate-invalid-pattern',
    column: 20,
    says: /look-around/,
  },
  'a text against a number': {
    text: 'span.name == 5',
    code: 'predicate-type-mismatch',
    column: 14,
    says: /a text in double quotes/,
  },
  'a number against a text': {
    text: 'span.duration > "1s"',
    code: 'predicate-type-mismatch',
    column: 17,
    says: /nanoseconds/,
  },
  'an enum of another family': {
    text: 'span.kind == STATUS_CODE_ERROR',
    code: 'predicate-type-mismatch',
    column: 14,
    says: /SPAN_KIND_SERVER/,
  },
  'an enum against a float': {
    text: 'span.kind == 2.5',
    code: 'predicate-type-mismatch',
    column: 14,
    says: /whole number/,
  },
  'an id that is none': {
    text: 'span.parent_span_id.string == ""',
    code: 'predicate-type-mismatch',
    column: 31,
    says: /16 lower-case hex digits.*zeros when absent/,
  },
  'an order of ids': {
    text: `span.span_id.string < "${'0'.repeat(16)}"`,
    code: 'predicate-type-mismatch',
    column: 23,
    says: /== or !=/,
  },
  'an order of booleans': {
    text: 'span.attributes["b"] > false',
    code: 'predicate-type-mismatch',
    column: 24,
    says: /== or != only/,
  },
  'an order with nil': {
    text: 'span.attributes["b"] <= nil',
    code: 'predicate-type-mismatch',
    column: 25,
    says: /== or != only/,
  },
  'a path as a condition': {
    text: 'span.name',
    code: 'predicate-type-mismatch',
    column: 1,
    says: /compare it with something/,
  },
  'a duration as a condition': {
    text: 'Duration("1s")',
    code: 'predicate-type-mismatch',
    column: 1,
    says: /compare span\.duration/,
  },
  'a pattern on a number': {
    text: 'IsMatch(span.duration, "1")',
    code: 'predicate-type-mismatch',
    column: 9,
    says: /it is no text/,
  },
  'a pattern that is a path': {
    text: 'IsMatch(span.name, span.name)',
    code: 'predicate-type-mismatch',
    column: 20,
    says: /must be a text/,
  },
  'a literal where the target must be': {
    text: 'HasPrefix("a", "a")',
    code: 'predicate-type-mismatch',
    column: 11,
    says: /must be a path/,
  },
  'too few arguments': {
    text: 'IsMatch(span.name)',
    code: 'predicate-type-mismatch',
    column: 1,
    says: /with 1 arguments: write IsMatch\(path, "text"\)/,
  },
  'nil where it cannot be': {
    text: 'span.name == nil',
    code: 'predicate-never-nil',
    column: 14,
    says: /write ""/,
  },
  'nil of an id': {
    text: 'span.parent_span_id.string == nil',
    code: 'predicate-never-nil',
    column: 31,
    says: /write "0{16}"/,
  },
  'nil of a body': {
    text: 'log.body == nil',
    signal: 'logs',
    code: 'predicate-never-nil',
    column: 13,
    says: /write ""/,
  },
  arithmetic: {
    text: 'span.end_time - span.start_time > 5',
    code: 'predicate-unsupported',
    column: 15,
    says: /arithmetic/,
  },
  'byte literals': {
    text: 'span.trace_id == 0x00ff',
    code: 'predicate-unsupported',
    column: 18,
    says: /byte literals/,
  },
  'all attributes at once': {
    text: 'span.attributes == nil',
    code: 'predicate-unsupported',
    column: 1,
    says: /span\.attributes\["key"\]/,
  },
  'a key of a field that has none': {
    text: 'span.name["a"] == "b"',
    code: 'predicate-unsupported',
    column: 1,
    says: /without \[ \]/,
  },
  'a key inside a value': {
    text: 'span.attributes["a"]["b"] == 1',
    code: 'predicate-unsupported',
    column: 1,
    says: /one key/,
  },
  'two paths': {
    text: 'span.name == span.status.message',
    code: 'predicate-unsupported',
    column: 11,
    says: /one side must be a path/,
  },
  'two literals': {
    text: '1 == 1',
    code: 'predicate-unsupported',
    column: 3,
    says: /one side must be a path/,
  },
  'a compared function': {
    text: 'IsMatch(span.name, "x") == true',
    code: 'predicate-unsupported',
    column: 1,
    says: /write it alone or after not/,
  },
  'a function compared with a path': {
    text: 'span.name == IsRootSpan()',
    code: 'predicate-unsupported',
    column: 14,
    says: /write it alone/,
  },
};

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
  it.each(Object.entries(refusals))('refuses %s', (_, { text, signal, code, column, says }) => {
    const error = refusal(text, signal);
    expect([error.code, error.line, error.column]).toEqual([code, 1, column]);
    expect(error.message).toMatch(says);
  });

  it('has a refusal for every code but the one SQL alone gives', () => {
    const seen = new Set(Object.values(refusals).map(({ code }) => code));
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

  it('names the paths that only the stream has', () => {
    expect(parsePredicate('span.flags == 1 or span.kind == 2', 'traces').streamOnly).toEqual(['span.flags']);
    expect(parsePredicate('span.kind == 2', 'traces').streamOnly).toEqual([]);
  });
});
