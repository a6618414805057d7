import { isUtf8 } from 'node:buffer';

/**
 * Tells whether `view[start, end)` is valid UTF-8. Text of only ASCII, nearly all there is, is told four bytes at a
 * time; anything else goes to the runtime.
 */
export function isUtf8Range(view: DataView, start: number, end: number): boolean {
  return isAsciiRange(view, start, end) || isUtf8(bytesOf(view, start, end));
}

/** Tells whether `view[start, end)` is ASCII. */
export function isAsciiRange(view: DataView, start: number, end: number): boolean {
  let seen = 0;
  const lastWord = end - 4;
  if (lastWord < start) {
    for (let i = start; i < end; i++) seen |= view.getUint8(i);
    return (seen & 0x80) === 0;
  }
  for (let i = start; i < lastWord; i += 4) seen |= view.getInt32(i, true);
  // The last word may overlap the one before.
  seen |= view.getInt32(lastWord, true);
  return (seen & 0x80808080) === 0;
}

function bytesOf(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}
