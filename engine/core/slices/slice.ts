/** Slices: event time cut into steps of 10 s, numbered from the epoch. Slice n is [n × 10 s, (n + 1) × 10 s). */

/** Length of a base slice, milliseconds. */
export const SLICE_MILLIS = 10_000;
/** Length of a base slice, seconds. */
export const SLICE_SECONDS = 10;

/** The slice an instant lies in. */
export function sliceAt(millis: number): number {
  return Math.floor(millis / SLICE_MILLIS);
}

/** The first slice that begins at or after an instant. */
export function sliceFrom(millis: number): number {
  return Math.ceil(millis / SLICE_MILLIS);
}

/** When a slice begins, milliseconds since the epoch. */
export function sliceMillis(slice: number): number {
  return slice * SLICE_MILLIS;
}

/** When a slice begins, RFC 3339 in UTC. */
export function sliceIso(slice: number): string {
  return new Date(slice * SLICE_MILLIS).toISOString();
}
