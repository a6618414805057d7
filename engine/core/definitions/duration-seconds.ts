/** OpenSLO's durations of a fixed length; our own texts may have seconds too. */
const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const SHORTHAND = /^([1-9]\d{0,5})([smhdw])$/;

/** Seconds of `90s`, `5m`, `1h`, `3d`, `4w`; undefined for any other text, months and years too. */
export function durationSeconds(text: string): number | undefined {
  const match = SHORTHAND.exec(text);
  const secondsPerUnit = SECONDS_PER_UNIT[match?.[2] ?? ''];
  return match === null || secondsPerUnit === undefined ? undefined : Number(match[1]) * secondsPerUnit;
}
