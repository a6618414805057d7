/** The numbers inside texts. */
import type { NumberTest } from '../compare-number.ts';
import { numberOfText } from '../number-text.ts';
import type { BytesTest } from './row-test.ts';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
/** Digits that always fit below 2^53. */
const SAFE_DIGITS = 15;

/** The number a text spells; false when it spells none. */
export function numberInTextTest(test: NumberTest): BytesTest {
  return (bytes, start, end) => {
    const value = numberInText(bytes, start, end);
    return !Number.isNaN(value) && test(value);
  };
}

/** The number the text `bytes[start, end)` spells; NaN when it spells none. */
export function numberInText(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] as number;
  if (start >= end || ((first < ZERO || first > NINE) && first !== MINUS)) return Number.NaN;
  const digits = fewDigits(bytes, start, end);
  if (digits >= 0) return digits;
  return numberOfText(latin1(bytes, start, end)) ?? Number.NaN;
}

/** The value of a text of at most 15 digits and nothing else, or -1. */
function fewDigits(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > SAFE_DIGITS) return -1;
  let value = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

/** A text with any byte outside the grammar is no number, so it need not be decoded as UTF-8. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index++) text += String.fromCharCode(bytes[index] as number);
  return text;
}
