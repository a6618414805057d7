import { describe, expect, it } from 'vitest';
import { SqlRefusal } from '../../../query/sql/guard/refusal.ts';
import { textOf, tokenize } from '../../../query/sql/guard/tokens.ts';

const rewritten: Readonly<Record<string, readonly [string, string]>> = {
  'drops comments of every kind': [
    'SELECT 1 -- a\n + 2 # b\n + 3 #! c\n /* d /* e */ f */ + 4',
    'SELECT 1 + 2 + 3 + 4',
  ],
  'keeps what stands in quotes': [
    'SELECT \'-- /* # ;\' , "a -- b", `c # d`',
    'SELECT \'-- /* # ;\' , "a -- b", `c # d`',
  ],
  'keeps pairs of quotes and escapes': [
    "SELECT 'it''s', 'a\\'b\\\\', \"q\"\"q\"",
    "SELECT 'it''s', 'a\\'b\\\\', \"q\"\"q\"",
  ],
  'keeps signs that belong together together': ['a<=>b||c->d', 'a<=>b||c->d'],
  'keeps prefixes of literals at their literals': ["x'41' b'01'", "x'41' b'01'"],
  'takes an arrow for no comment': ['x -> -1', 'x -> -1'],
  'makes one blank of many': ['SELECT\t\n\u00a0 1', 'SELECT 1'],
  'knows tuples by number': ['t.1.2, 1.5e-3, 0x1F, .5', 't.1.2, 1.5e-3, 0x1F, .5'],
};

describe('tokenize() and textOf()', () => {
  it.each(Object.entries(rewritten))('%s', (_what, [text, expected]) => {
    expect(textOf(tokenize(text))).toBe(expected);
  });

  it('tells names from words and strings', () => {
    const kinds = tokenize('SELECT `a` "b" \'c\' 1 +').map(({ kind, value }) => `${kind} ${value}`);
    expect(kinds).toEqual(['word SELECT', 'name a', 'name b', 'string c', 'number 1', 'sign +']);
  });

  it.each([
    "'open",
    '"open',
    '`open',
    '/* open',
    '(',
    ')',
    '(]',
    '$$x$$',
    'SELECT ‘x’',
    '\\',
    '`a\nb`',
    '`a\\b`',
    'a\0b',
    '`\u2028`',
  ])('refuses %j', (text) => expect(() => tokenize(text)).toThrow(SqlRefusal));

  it('refuses deep nesting and very many tokens', () => {
    expect(() => tokenize(`${'('.repeat(101)}${')'.repeat(101)}`)).toThrow(/nested deeper/);
    expect(() => tokenize('1,'.repeat(30_000))).toThrow(/tokens/);
  });
});
