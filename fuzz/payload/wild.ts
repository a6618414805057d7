import type { Random } from '../../bench/payload/random.ts';
import type { OtlpScalar } from '../../schemas/otlp.ts';
import { NANOS_PER_MILLI, NOW_MILLIS, NOW_NANOS, rangeAt } from '../moment.ts';

const { earliestMillis, latestMillis } = rangeAt(NOW_MILLIS);
const nanos = (millis: number) => BigInt(millis) * NANOS_PER_MILLI;

/** Integers at the edges of what fields, varints, doubles and clocks can hold. */
const INTEGERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  5n,
  6n,
  127n,
  128n,
  255n,
  256n,
  2n ** 28n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 32n + 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Times at the edges of the range, a millisecond apart: the range is known to the millisecond. */
const TIMES: readonly bigint[] = [
  ...INTEGERS,
  NOW_NANOS,
  nanos(earliestMillis),
  nanos(earliestMillis - 1),
  nanos(earliestMillis + 1),
  nanos(latestMillis),
  nanos(latestMillis - 1),
  nanos(latestMillis + 1),
  nanos(NOW_MILLIS - 86_400_000),
  nanos(NOW_MILLIS + 86_400_000),
];

const DOUBLES: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.1,
  5e-324,
  2.2250738585072014e-308,
  1e21,
  1e-7,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

const TEXTS: readonly string[] = [
  '',
  '\0',
  'a',
  'é',
  '\u2028\u2029<>&"\\',
  '\u{1f4a5}',
  '\ufeffx',
  '__proto__',
  'service.name',
  "'); DROP TABLE otel_traces; --",
  '\x7f\x80\x9f',
  'x'.repeat(96),
  'y'.repeat(97),
  'z'.repeat(128),
  'ä'.repeat(150),
];

/** Bytes that are no UTF-8. */
const BROKEN_TEXTS: readonly Uint8Array[] = [
  Uint8Array.of(0xff),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
  Uint8Array.of(0x61, 0xe2, 0x82),
  Uint8Array.of(0x61, 0x62, 0x63, 0x64, 0x65, 0x80),
];

const ID_LENGTHS = [0, 1, 7, 8, 9, 15, 16, 17, 32] as const;

/** An integer few senders send. */
export function wildInteger(random: Random): bigint {
  return random.below(8) === 0 ? BigInt(random.uint32()) << BigInt(random.below(33)) : random.pick(INTEGERS);
}

/** A time few clocks show, nanoseconds since the epoch. */
export function wildTime(random: Random): bigint {
  return random.pick(TIMES);
}

/** The bits of a double few senders send. */
export function wildDouble(random: Random): bigint {
  return doubleBits(random.pick(DOUBLES));
}

/** A double as the 64 bits it is sent as. */
export function doubleBits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** Text few senders send; in one of four cases no text at all. */
export function wildText(random: Random): Uint8Array {
  if (random.below(4) === 0) return random.pick(BROKEN_TEXTS);
  return Buffer.from(random.pick(TEXTS));
}

/** An id of any length, now and then of zeros only. */
export function wildId(random: Random): Uint8Array {
  const length = random.pick(ID_LENGTHS);
  return random.below(3) === 0 ? new Uint8Array(length) : random.bytes(length);
}

/** A value of the scalar's wire type that its writers do not expect. */
export function wildScalar(type: OtlpScalar, random: Random): bigint | Uint8Array {
  switch (type) {
    case 'string':
      return wildText(random);
    case 'id':
      return wildId(random);
    case 'bytes':
      return random.bytes(random.below(40));
    case 'double':
      return wildDouble(random);
    case 'fixed64':
      return wildTime(random);
    default:
      return wildInteger(random);
  }
}
