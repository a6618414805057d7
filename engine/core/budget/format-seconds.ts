/** Durations as the API writes them. */
const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
] as const;

/** Whole seconds in the largest unit that divides them: 300 → `5m`, 86400 → `1d`, 90 → `90s`. */
export function formatSeconds(seconds: number): string {
  for (const [size, letter] of UNITS) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${letter}`;
  }
  return `${seconds}s`;
}
