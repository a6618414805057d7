/**
 * Numbers of one width, one after the other in memory: whole ones that are not negative in 1, 2 or 4 bytes, others in 8.
 * With a width of 0 all of them are 0. Arguments stand by themselves here: an object for each number would be garbage.
 */

/** The code of the least width that holds a number: 0 to 4, wider ones above; 0 for 0. */
export function widthCode(value: number): number {
  if (value === 0) return 0;
  if (value >>> 0 !== value) return 4;
  return value < 0x100 ? 1 : value < 0x1_0000 ? 2 : 3;
}

/** Bytes of the numbers of a code: 0, 1, 2, 4, 8. */
export function widthOf(code: number): number {
  return (1 << code) >> 1;
}

/** The number at a byte. */
export function readNumber(memory: DataView, at: number, width: number): number {
  switch (width) {
    case 1:
      return memory.getUint8(at);
    case 2:
      return memory.getUint16(at, true);
    case 4:
      return memory.getUint32(at, true);
    case 8:
      return memory.getFloat64(at, true);
    default:
      return 0;
  }
}

/** Puts a number at a byte; the width must hold it. */
export function writeNumber(memory: DataView, at: number, width: number, value: number): void {
  if (width === 1) memory.setUint8(at, value);
  else if (width === 2) memory.setUint16(at, value, true);
  else if (width === 4) memory.setUint32(at, value, true);
  else if (width === 8) memory.setFloat64(at, value, true);
}

/** The sum of the numbers in the bytes [at, end). */
export function sumNumbers(memory: DataView, at: number, end: number, width: number): number {
  let sum = 0;
  if (width === 1) for (let next = at; next < end; next += 1) sum += memory.getUint8(next);
  else if (width === 2) for (let next = at; next < end; next += 2) sum += memory.getUint16(next, true);
  else if (width === 4) for (let next = at; next < end; next += 4) sum += memory.getUint32(next, true);
  else if (width === 8) for (let next = at; next < end; next += 8) sum += memory.getFloat64(next, true);
  return sum;
}
