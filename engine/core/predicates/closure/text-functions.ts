/** Functions of texts in UTF-8 bytes. What has no result gives undefined. */
import { holdsAt } from './bytes.ts';

const CASE_BIT = 0x20;

/** ASCII letters in the other case; all other bytes as they are. */
export function caseOf(to: 'lower' | 'upper'): (bytes: Uint8Array) => Uint8Array {
  const [first, last] = to === 'lower' ? [0x41, 0x5a] : [0x61, 0x7a];
  return (bytes) => bytes.map((byte) => (byte >= first && byte <= last ? byte ^ CASE_BIT : byte));
}

/** `length` bytes from byte `start` on; none when the text ends before, or a character would be cut. */
export function substringOf(start: number, length: number): (bytes: Uint8Array) => Uint8Array | undefined {
  const end = start + length;
  return (bytes) =>
    end > bytes.length || isInside(bytes, start) || isInside(bytes, end)
      ? undefined
      : bytes.subarray(start, end);
}

/** The byte belongs to a character that began before it. */
function isInside(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xc0) === 0x80;
}

/** The part at `index` between delimiters; none when there are fewer parts. */
export function partOf(delimiter: Uint8Array, index: number): (bytes: Uint8Array) => Uint8Array | undefined {
  return (bytes) => {
    let start = 0;
    for (let part = 0; part < index; part++) {
      const end = indexOf(bytes, delimiter, start);
      if (end === -1) return undefined;
      start = end + delimiter.length;
    }
    const end = indexOf(bytes, delimiter, start);
    return bytes.subarray(start, end === -1 ? bytes.length : end);
  };
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const last = bytes.length - wanted.length;
  let at = from;
  while (at <= last) {
    const next = bytes.indexOf(wanted[0] as number, at);
    if (next === -1 || next > last) return -1;
    if (holdsAt(bytes, next, wanted)) return next;
    at = next + 1;
  }
  return -1;
}
