/**
 * A block's place: the byte it begins at and the codes of the widths of its fields, in one number. Places in the order
 * of their size are in the order of the blocks in memory.
 */
import { widthOf } from './packed-numbers.ts';

/** Fields of a block, each with a number for every cell; the last one has a sum of each of the others. */
export const TOTALS = 0;
export const BADS = 1;
export const LATES = 2;
export const BLOCK_SUMS = 3;

/** Bytes of a sum. */
export const SUM_WIDTH = 8;

/** Codes have so many bits each, and stand below the byte. */
const CODE_BITS = 3;
const CODE_MASK = 2 ** CODE_BITS - 1;
const PLACE_UNIT = 2 ** (CODE_BITS * BLOCK_SUMS);

/** The place of a block with these codes. */
export function placeAt(start: number, codes: number): number {
  return start * PLACE_UNIT + codes;
}

/** The byte a block begins at. */
export function startOf(place: number): number {
  return Math.floor(place / PLACE_UNIT);
}

/** The codes of a place, which may be beyond 32 bits. */
export function codesOf(place: number): number {
  return place & (PLACE_UNIT - 1);
}

/** Bytes of the numbers of a field, of codes or of a place. */
export function fieldWidth(place: number, field: number): number {
  return field === BLOCK_SUMS ? SUM_WIDTH : widthOf((place >> (CODE_BITS * field)) & CODE_MASK);
}

/** The codes with another one for a field. */
export function withCode(codes: number, field: number, code: number): number {
  const shift = CODE_BITS * field;
  return (codes & ~(CODE_MASK << shift)) | (code << shift);
}

/** The wider code of each field. */
export function widerCodes(one: number, other: number): number {
  let codes = 0;
  for (let mask = CODE_MASK; mask < PLACE_UNIT; mask <<= CODE_BITS) {
    codes |= Math.max(one & mask, other & mask);
  }
  return codes;
}
