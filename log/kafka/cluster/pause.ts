const FIRST_MILLIS = 20;
const LONGEST_MILLIS = 500;

/** How long to wait before the next try: twice as long each time, up to half a second, scattered by a fifth. */
export function pauseMillis(failures: number): number {
  const steady = Math.min(LONGEST_MILLIS, FIRST_MILLIS * 2 ** failures);
  return steady * (0.9 + Math.random() * 0.2);
}
