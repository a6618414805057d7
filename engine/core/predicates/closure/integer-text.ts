const ZERO = 0x30;
const MINUS = 0x2d;

/** Room for the longest text {@link putInteger} writes: a sign and 16 digits. */
export const INTEGER_TEXT_BYTES = 17;

/** Writes a whole number below 2^53 in decimal so that it ends where `bytes` ends; returns where it starts. */
export function putInteger(bytes: Uint8Array, value: number): number {
  let start = bytes.length;
  let rest = Math.abs(value);
  do {
    const quotient = Math.floor(rest / 10);
    start--;
    bytes[start] = ZERO + (rest - quotient * 10);
    rest = quotient;
  } while (rest > 0);
  if (value < 0) bytes[--start] = MINUS;
  return start;
}
