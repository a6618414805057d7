import { varintSize } from '../wire/varint-size.ts';

/** A length as a varint. */
export function encodeLength(length: number): Uint8Array {
  const out = new Uint8Array(varintSize(length));
  let rest = length;
  for (let i = 0; i < out.length; i++) {
    out[i] = (rest % 128) | (i < out.length - 1 ? 0x80 : 0);
    rest = Math.floor(rest / 128);
  }
  return out;
}
