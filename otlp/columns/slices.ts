import { grow } from './grow.ts';
import { NONE, type SliceColumn } from './types.ts';

const INITIAL = 64;

/** Slices by index: `open` an index, then `set` it. */
export class SlicesBuilder implements SliceColumn {
  starts = new Uint32Array(INITIAL);
  ends = new Uint32Array(INITIAL);

  /** Makes `index` writable, absent so far. */
  open(index: number): void {
    if (index >= this.starts.length) {
      this.starts = grow(this.starts, index + 1);
      this.ends = grow(this.ends, index + 1);
    }
    this.starts[index] = NONE;
    this.ends[index] = NONE;
  }

  set(index: number, start: number, end: number): void {
    this.starts[index] = start;
    this.ends[index] = end;
  }
}
