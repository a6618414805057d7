interface Halves {
  readonly high: number;
  readonly low: number;
}

/** An integer's magnitude in two halves of 32 bits, and its sign. */
export interface DecimalInteger extends Halves {
  readonly negative: boolean;
}

/** `text` is a decimal in JSON's number form, whole or with fraction and exponent. */
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** 2^64 has 20 digits. */
const MAX_DIGITS = 20;
const HALF = 2 ** 32;

/**
 * Reads a decimal exactly, without going through a double: `"1700000000000000001"`, `1.7e18` or `-3`. Undefined when
 * the text is no decimal, its value no integer, or its magnitude 2^64 or more.
 */
export function decimalInteger(text: string): DecimalInteger | undefined {
  return isPlain(text) ? { negative: false, ...plainHalves(text) } : anyDecimal(text);
}

/** Only digits, and too few to exceed 64 bits: nearly every integer there is. */
function isPlain(text: string): boolean {
  if (text.length === 0 || text.length >= MAX_DIGITS) return false;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

function anyDecimal(text: string): DecimalInteger | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = shiftPoint(whole, fraction, Number(exponent));
  const halves = digits === undefined ? undefined : toHalves(digits);
  return halves && { negative: sign === '-', ...halves };
}

/** The digits left of the point after moving it; undefined when other than zeros stay right of it. */
function shiftPoint(whole: string, fraction: string, exponent: number): string | undefined {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (/[1-9]/.test(digits.slice(Math.max(0, point)))) return undefined;
  const significant = digits.slice(0, Math.max(0, point)).replace(/^0+/, '');
  if (significant === '') return '0';
  const zeros = Math.max(0, point - digits.length);
  return significant.length + zeros > MAX_DIGITS ? undefined : significant + '0'.repeat(zeros);
}

function toHalves(digits: string): Halves | undefined {
  const halves = plainHalves(digits);
  return halves.high < HALF ? halves : undefined;
}

function plainHalves(digits: string): Halves {
  let high = 0;
  let low = 0;
  for (let i = 0; i < digits.length; i++) {
    const next = low * 10 + digits.charCodeAt(i) - 0x30;
    const carry = Math.floor(next / HALF);
    low = next - carry * HALF;
    high = high * 10 + carry;
  }
  return { high, low };
}
