/**
 * Sums of whole 64-bit numbers: times and counts of a record, and literals. They are kept as they are written, so that
 * `span.end_time_unix_nano - span.start_time_unix_nano` is exact although doubles have no room for either.
 */
import type { ExactSum, Field } from './types.ts';

/** A field by itself. */
export function sumOfField(field: Field): ExactSum {
  return { terms: [{ field, sign: 1 }], constant: 0n };
}

/** A literal. */
export function sumOfConstant(constant: bigint): ExactSum {
  return { terms: [], constant };
}

/** `left + right`, or with `sign` -1 `left - right`. */
export function addSums(left: ExactSum, right: ExactSum, sign: 1 | -1): ExactSum {
  const added = right.terms.map((term) => ({ ...term, sign: term.sign === sign ? 1 : -1 }) as const);
  return {
    terms: [...left.terms, ...added],
    constant: left.constant + BigInt(sign) * right.constant,
  };
}
