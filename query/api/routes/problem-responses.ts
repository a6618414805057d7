import type { TSchema } from 'typebox';
import { Type } from 'typebox';

const Problem = Type.Ref('Problem');

/** The answers of a route: its own, and a problem document for the statuses named and every other failure. */
export function answers<Ok extends TSchema>(ok: Ok, problems: readonly (400 | 404 | 502 | 503)[] = []) {
  const failures = Object.fromEntries([...problems, 'default' as const].map((status) => [status, Problem]));
  return { 200: ok, ...failures };
}
