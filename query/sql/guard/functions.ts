/** The functions and table functions a statement may call. */
import { readFileSync } from 'node:fs';

/** Names the parser itself writes into the tree; `system.functions` does not list them. */
const PARSER_OWN = ['lambda', 'exists', 'grouping', 'untuple', 'countdistinct'];

/** Suffixes that make one aggregate function of another. */
const COMBINATORS = [
  'SimpleState',
  'OrDefault',
  'Distinct',
  'Resample',
  'ForEach',
  'ArgMax',
  'ArgMin',
  'OrNull',
  'Tuple',
  'Merge',
  'State',
  'Array',
  'Map',
  'If',
].map((suffix) => suffix.toLowerCase());
/** Deepest stack of combinators looked at. */
const MAX_COMBINATORS = 6;

/** Table functions that make rows out of their arguments only. */
const TABLE_FUNCTIONS = new Set([
  'numbers',
  'numbers_mt',
  'zeros',
  'zeros_mt',
  'generate_series',
  'generateseries',
  'values',
  'sqlstandardvalues',
  'null',
]);

const { scalar, aggregate } = load();

/** True when a statement may call the function. Names are compared without case: no refused one differs from an allowed one by case only. */
export function isAllowedFunction(name: string): boolean {
  const lower = name.toLowerCase();
  return scalar.has(lower) || isAllowedAggregate(lower, MAX_COMBINATORS);
}

/** True when a statement may read from the table function. */
export function isAllowedTableFunction(name: string): boolean {
  return TABLE_FUNCTIONS.has(name.toLowerCase());
}

/** For messages. */
export const TABLE_FUNCTION_NAMES = 'numbers, zeros, generate_series, values, null';

function isAllowedAggregate(lower: string, depth: number): boolean {
  if (aggregate.has(lower)) return true;
  if (depth === 0) return false;
  return COMBINATORS.some(
    (suffix) => lower.endsWith(suffix) && isAllowedAggregate(lower.slice(0, -suffix.length), depth - 1),
  );
}

function load(): { scalar: ReadonlySet<string>; aggregate: ReadonlySet<string> } {
  const sets = { scalar: new Set(PARSER_OWN), aggregate: new Set<string>() };
  const text = readFileSync(new URL('./allowed-functions.txt', import.meta.url), 'utf8');
  for (const line of text.split('\n')) {
    const [kind, name] = line.split(' ');
    if (name === undefined) continue;
    (kind === 'aggregate' ? sets.aggregate : sets.scalar).add(name.toLowerCase());
  }
  return sets;
}
