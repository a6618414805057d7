/** Byte-wise comparison, ClickHouse's and Go's order of strings. */

/** Negative, 0 or positive as `a[start, end)` stands before, at or after the whole of `b`. */
export function compareBytes(a: Uint8Array, start: number, end: number, b: Uint8Array): number {
  const length = end - start;
  const shared = Math.min(length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[start + index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return length - b.length;
}

/** True when `a` from `start` on begins with the whole of `b`; the caller has made sure of the length. */
export function holdsAt(a: Uint8Array, start: number, b: Uint8Array): boolean {
  for (let index = 0; index < b.length; index++) {
    if (a[start + index] !== b[index]) return false;
  }
  return true;
}
