import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../configuration.ts';
import { DEFINITION_PROBLEM_CODES, DEVIATION_CODES } from '../../engine/core/definitions/codes.ts';
import { PREDICATE_ERROR_CODES } from '../../engine/core/predicates/errors.ts';
import { SLO_COMMAND_ERROR_CODES } from '../../engine/definitions/errors.ts';
import { ENGINE_PROBLEM_CODES } from '../../engine/errors.ts';
import { DEAD_LETTER_ERROR_CODES } from '../../ingest/dead-letters/errors.ts';
import { LOG_ERROR_CODES } from '../../log/errors.ts';
import { OTLP_ERRORS } from '../../otlp/errors.ts';
import { API_PROBLEMS } from '../../query/api/errors.ts';
import { STORE_ERROR_CODES } from '../../store/errors.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** The codes in the table below a heading. */
function listed(heading: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [body = ''] = section.split('\n## ');
  return [...body.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, code = '']) => code);
}

describe('docs/errors.md', () => {
  it.each([
    ['Configuration', [new ConfigurationError([]).code]],
    ['OTLP', Object.keys(OTLP_ERRORS)],
    ['Log', LOG_ERROR_CODES],
    ['Store', STORE_ERROR_CODES],
    ['Dead letters', DEAD_LETTER_ERROR_CODES],
    ['Engine', ENGINE_PROBLEM_CODES],
    ['SLO commands', SLO_COMMAND_ERROR_CODES],
    ['API', Object.keys(API_PROBLEMS)],
    ['SLO definitions', [...DEFINITION_PROBLEM_CODES, ...DEVIATION_CODES]],
    ['Predicates', PREDICATE_ERROR_CODES],
  ])('lists every code of %s, and no other', (heading, codes) => {
    expect([...listed(heading)].sort()).toEqual([...codes].sort());
  });
});
