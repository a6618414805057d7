/** How many customers come when: a daily wave in UTC, lower at weekends. */

const HOUR_MILLIS = 3_600_000;

/**
 * Customer requests per second at an instant.
 * @param averagePerSecond the mean over a weekday
 */
export function requestRate(atMillis: number, averagePerSecond: number): number {
  const hour = (atMillis / HOUR_MILLIS) % 24;
  const wave = 1 + 0.6 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);
  const day = new Date(atMillis).getUTCDay();
  const weekend = day === 0 || day === 6 ? 0.8 : 1;
  return averagePerSecond * wave * weekend;
}
