import { grow } from './grow.ts';
import type { IdColumn } from './types.ts';

const INITIAL = 64;

/** Ids by index, copied while their bytes are at hand: `open` an index, then `set` it. */
export class IdsBuilder implements IdColumn {
  words: Int32Array;
  readonly wordCount: 2 | 4;

  /** `wordCount`: 4 for trace ids, 2 for span ids. */
  constructor(wordCount: 2 | 4) {
    this.wordCount = wordCount;
    this.words = new Int32Array(INITIAL * wordCount);
  }

  /** Makes `index` writable, without an id there. */
  open(index: number): void {
    const needed = (index + 1) * this.wordCount;
    if (needed > this.words.length) this.words = grow(this.words, needed);
    this.#clear(index);
  }

  #clear(index: number): void {
    const from = index * this.wordCount;
    this.words[from] = 0;
    this.words[from + 1] = 0;
    if (this.wordCount === 2) return;
    this.words[from + 2] = 0;
    this.words[from + 3] = 0;
  }

  /** Takes the bytes `[start, end)`; an id of another length counts as absent. */
  set(index: number, view: DataView, start: number, end: number): void {
    if (end - start !== this.wordCount * 4) {
      this.#clear(index);
      return;
    }
    const from = index * this.wordCount;
    this.words[from] = view.getInt32(start, true);
    this.words[from + 1] = view.getInt32(start + 4, true);
    if (this.wordCount === 2) return;
    this.words[from + 2] = view.getInt32(start + 8, true);
    this.words[from + 3] = view.getInt32(start + 12, true);
  }
}

/** The id at `index` in lower-case hex, '' when there is none. */
export function idText({ words, wordCount }: IdColumn, index: number): string {
  const length = wordCount * 4;
  const bytes = Buffer.from(words.buffer, words.byteOffset + index * length, length);
  return bytes.every((byte) => byte === 0) ? '' : bytes.toString('hex');
}
