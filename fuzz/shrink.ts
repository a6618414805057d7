import type { Payload, Round } from './types.ts';

/** Options of {@link shrink}. */
export interface ShrinkOptions {
  /** Shrinking ends with what it has after so many tries. @default 4000 */
  readonly maxTries?: number;
}

/**
 * The least of a round that still fails: payloads are left out, then bytes of those that remain.
 *
 * @param fails whether a round fails as the first one did; called often
 */
export function shrink(
  round: Round,
  fails: (round: Round) => boolean,
  { maxTries = 4000 }: ShrinkOptions = {},
): Round {
  let tries = 0;
  const check = (smaller: Round) => tries++ < maxTries && fails(smaller);
  let least = reduce(round, check);
  for (let index = 0; index < least.length; index++) {
    const payload = least[index] as Payload;
    const others = (body: readonly number[]): Round =>
      least.map((one, at) => (at === index ? { ...payload, body: Uint8Array.from(body) } : one));
    const body = reduce([...payload.body], (smaller) => check(others(smaller)));
    least = others(body);
  }
  return least;
}

/** Leaves out runs of items, long ones first, as long as the rest still fails. */
function reduce<Item>(items: readonly Item[], fails: (items: readonly Item[]) => boolean): readonly Item[] {
  let least = items;
  for (let size = Math.ceil(least.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < least.length; ) {
      const smaller = [...least.slice(0, start), ...least.slice(start + size)];
      if (smaller.length > 0 && fails(smaller)) least = smaller;
      else start += size;
    }
  }
  return least;
}
