import type { Arena } from './arena.ts';
import { AttributesBuilder } from './attributes.ts';
import { grow } from './grow.ts';
import type { PointTable } from './types.ts';
import { WordsBuilder } from './words.ts';

const INITIAL = 64;

/** Something that forgets, remembers its end, and goes back to it. */
export interface Rewindable {
  clear(): void;
  mark(): void;
  rewind(): void;
}

/** What points of every kind have; a kind adds its fields and reads its message. */
export abstract class PointsBuilder implements PointTable {
  count = 0;
  metric = new Uint32Array(INITIAL);
  flags = new Uint32Array(INITIAL);
  readonly attributes: AttributesBuilder;
  protected readonly arena: Arena;
  protected readonly start = new WordsBuilder();
  protected readonly time = new WordsBuilder();
  /** Tables of a kind that must be cleared and rewound with the points. */
  protected readonly children: Rewindable[] = [];
  #marked = 0;

  constructor(arena: Arena) {
    this.arena = arena;
    this.attributes = new AttributesBuilder(arena);
    this.children.push(this.attributes);
  }

  get startNanos(): BigUint64Array {
    return this.start.values;
  }

  get timeNanos(): BigUint64Array {
    return this.time.values;
  }

  /** Reads one data point of the metric; throws `MalformedError`. */
  abstract read(start: number, end: number, metric: number): void;

  clear(): void {
    this.count = 0;
    for (const child of this.children) child.clear();
  }

  mark(): void {
    this.#marked = this.count;
    for (const child of this.children) child.mark();
  }

  rewind(): void {
    this.count = this.#marked;
    for (const child of this.children) child.rewind();
  }

  /** A new row with the common fields and the given words at 0. */
  protected open(metric: number, words: readonly WordsBuilder[]): number {
    const row = this.count++;
    if (row === this.metric.length) {
      this.metric = grow(this.metric, 0);
      this.flags = grow(this.flags, 0);
    }
    this.metric[row] = metric;
    this.flags[row] = 0;
    this.start.open(row);
    this.time.open(row);
    for (const word of words) word.open(row);
    return row;
  }
}
