import type { IdColumn } from '../../../../otlp/columns/types.ts';

const HEX = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Writes a row's id in lower-case hex into a buffer of twice its length. */
export function hexOfId({ words, wordCount }: IdColumn): (row: number, hex: Uint8Array) => void {
  const length = wordCount * 4;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return (row, hex) => {
    for (let index = 0; index < length; index++) {
      const byte = bytes[row * length + index] as number;
      hex[index * 2] = HEX[byte >>> 4] as number;
      hex[index * 2 + 1] = HEX[byte & 15] as number;
    }
  };
}
