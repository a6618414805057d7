/** A 64-bit signed varint to the nearest double. */
export function varintNumber(bytes: Uint8Array, start: number, end: number): number {
  let low = 0;
  let high = 0;
  let shift = 0;
  for (let index = start; index < end; index++) {
    const bits = (bytes[index] as number) & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high |= bits >>> 4;
    } else high |= bits << (shift - 32);
    shift += 7;
  }
  return high * 0x1_0000_0000 + (low >>> 0);
}
