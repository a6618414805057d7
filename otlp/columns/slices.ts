import { grow } from './grow.ts';
import { NONE, type SliceColumn } from './types.ts';

const INITIAL = 64;

/** Slices by index; the owner sees to it that `ensure` covers an index before it is set. */
export class SlicesBuilder implements SliceColumn {
  starts = new Uint32Array(INITIAL);
  ends = new Uint32Array(INITIAL);

  /** Makes `index` writable. */
  ensure(index: number): void {
    if (index < this.starts.length) return;
    this.starts = grow(this.starts, index + 1);
    this.ends = grow(this.ends, index + 1);
  }

  set(index: number, start: number, end: number): void {
    this.starts[index] = start;
    this.ends[index] = end;
  }

  /** Marks the slice at `index` absent. */
  clear(index: number): void {
    this.starts[index] = NONE;
    this.ends[index] = NONE;
  }
}
