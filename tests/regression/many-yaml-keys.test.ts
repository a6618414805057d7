import { expect, it } from 'vitest';
import { formatSloFile } from '../../engine/core/definitions/format-slo-file.ts';
import { loadDefinitions } from '../../engine/core/definitions/load-definitions.ts';

const keys = Array.from({ length: 40_000 }, (_, index) => `key${index}: 1\n`).join('');

it('loadDefinitions() reads a file of many keys in no more than their number of steps, and still finds one twice', () => {
  // The parser compared each with each: minutes for a file of the size that is read.
  const path = 'a.yaml';
  const missing = loadDefinitions([{ path, text: keys }]);
  expect(missing.problems.map(({ code }) => code)).toEqual(['missing-property']);
  const twice = loadDefinitions([{ path, text: `${keys}key7: 2\n` }]);
  expect(twice.problems).toMatchObject([
    { line: 40_001, code: 'yaml-syntax', message: expect.stringContaining('key7') },
  ]);
  expect(formatSloFile({ path, text: `${keys}key7: 2\n` })).toEqual(twice.problems);
});
