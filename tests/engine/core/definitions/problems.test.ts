import { describe, expect, it } from 'vitest';
import { DEFINITION_PROBLEM_CODES } from '../../../../engine/core/definitions/codes.ts';
import { POLICY_TROUBLES } from './support/policy-troubles.ts';
import { load, REFERRING, SLI } from './support/sound-slo.ts';
import { TROUBLES } from './support/troubles.ts';
import { WINDOW_TROUBLES } from './support/window-troubles.ts';

const ALL = { ...TROUBLES, ...POLICY_TROUBLES, ...WINDOW_TROUBLES };

describe('loadDefinitions() says file, line, path, code and a way out of', () => {
  it.each(Object.entries(ALL))('%s', (_, { texts, line, path, code, says, left = 0 }) => {
    const { definitions, problems } = load(...texts);
    const file = `${'abcdef'[texts.length - 1]}.yaml`;
    const message = expect.stringMatching(says);
    const severity = left > 0 && code.startsWith('tier-') ? { severity: 'warning' } : {};
    expect(problems).toContainEqual({ file, line, path, code, message, ...severity });
    expect(definitions.length).toBe(left);
  });

  it('an SLI with problems, in the SLI and in the SLOs that refer to it', () => {
    const { definitions, problems } = load(SLI.replace('ERROR', 'EROR'), REFERRING);
    expect(definitions).toEqual([]);
    expect(problems.map(({ file, line, code }) => [file, line, code])).toEqual([
      ['a.yaml', 9, 'predicate-unknown-enum'],
      ['b.yaml', 14, 'broken-indicator'],
    ]);
  });

  it('a file that is none, up to a number that can be read', () => {
    const { problems } = load('- SLO\n'.repeat(5_000), '- SLO\n');
    expect(problems).toHaveLength(202);
    expect(problems[200]).toMatchObject({ line: 201, code: 'too-many-problems', severity: 'error' });
    expect(problems[200]?.message).toContain('4800 more problems');
    expect(problems[201]?.file).toBe('b.yaml');
  });

  it('every code there is', () => {
    const shown = new Set([
      'broken-indicator',
      'too-many-problems',
      ...Object.values(ALL).map(({ code }) => code),
    ]);
    expect(DEFINITION_PROBLEM_CODES.filter((code) => !shown.has(code))).toEqual([]);
  });
});
