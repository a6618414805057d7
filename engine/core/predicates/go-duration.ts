/** Durations as Go's `time.ParseDuration` reads them: the argument of OTTL's `Duration`. */

const NANOS_PER_UNIT: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const WHOLE = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/u;
const PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/gu;

/** Nanoseconds of `1h15m30.5s`; fractions of a nanosecond are cut off. undefined when it is no duration. */
export function goDurationNanos(text: string): bigint | undefined {
  if (text === '0') return 0n;
  if (!WHOLE.test(text)) return undefined;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    const perUnit = NANOS_PER_UNIT[unit] ?? 0n;
    nanos += BigInt(whole || '0') * perUnit;
    nanos += (BigInt(fraction || '0') * perUnit) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -nanos : nanos;
}
