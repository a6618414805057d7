import { describe, expect, it } from 'vitest';
import { DEFINITION_PROBLEM_CODES } from '../../../../engine/core/definitions/codes.ts';
import { load, REFERRING, SLI } from './support/sound-slo.ts';
import { TROUBLES } from './support/troubles.ts';

describe('loadDefinitions() says file, line, path, code and a way out of', () => {
  it.each(Object.entries(TROUBLES))('%s', (_, { texts, line, path, code, says, left = 0 }) => {
    const { definitions, problems } = load(...texts);
    const file = `${'abcdef'[texts.length - 1]}.yaml`;
    expect(problems).toContainEqual({ file, line, path, code, message: expect.stringMatching(says) });
    expect(definitions.length).toBe(left);
  });

  it('an SLI with problems, in the SLI and in the SLOs that refer to it', () => {
    const { definitions, problems } = load(SLI.replace('ERROR', 'EROR'), REFERRING);
    expect(definitions).toEqual([]);
    expect(problems.map(({ file, line, code }) => [file, line, code])).toEqual([
      ['a.yaml', 8, 'predicate-unknown-enum'],
      ['b.yaml', 14, 'broken-indicator'],
    ]);
  });

  it('every code there is', () => {
    const shown = new Set(['broken-indicator', ...Object.values(TROUBLES).map(({ code }) => code)]);
    expect(DEFINITION_PROBLEM_CODES.filter((code) => !shown.has(code))).toEqual([]);
  });
});
