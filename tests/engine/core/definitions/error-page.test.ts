import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFINITION_PROBLEM_CODES } from '../../../../engine/core/definitions/codes.ts';
import { PREDICATE_ERROR_CODES } from '../../../../engine/core/predicates/errors.ts';

const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');

/** The codes in the table below a heading. */
function listed(heading: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [body = ''] = section.split('\n## ');
  return [...body.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code = '']) => code);
}

describe('docs/errors.md', () => {
  it.each([
    ['SLO definitions', DEFINITION_PROBLEM_CODES],
    ['Predicates', PREDICATE_ERROR_CODES],
  ])('lists every code of %s, and no other', (heading, codes) => {
    expect([...listed(heading)].sort()).toEqual([...codes].sort());
  });
});
