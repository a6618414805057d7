import type { Arena } from './arena.ts';
import { ExemplarsBuilder } from './exemplars.ts';
import { Fields } from './fields.ts';
import { doubleLists, integerLists, WordListsBuilder } from './lists.ts';
import { PointsBuilder } from './points.ts';
import type { HistogramPoints } from './types.ts';
import { varint32 } from './wire.ts';
import { WordsBuilder } from './words.ts';

/** Points of histograms with explicit bounds. */
export class HistogramPointsBuilder extends PointsBuilder implements HistogramPoints {
  readonly exemplars: ExemplarsBuilder;
  readonly #count = new WordsBuilder();
  readonly #sum = new WordsBuilder();
  readonly #min = new WordsBuilder();
  readonly #max = new WordsBuilder();
  readonly #words = [this.#count, this.#sum, this.#min, this.#max];
  readonly #buckets: WordListsBuilder;
  readonly #bounds: WordListsBuilder;
  readonly bucketCounts: HistogramPoints['bucketCounts'];
  readonly explicitBounds: HistogramPoints['explicitBounds'];

  constructor(arena: Arena) {
    super(arena);
    this.exemplars = new ExemplarsBuilder(arena);
    this.#buckets = new WordListsBuilder(arena);
    this.#bounds = new WordListsBuilder(arena);
    this.bucketCounts = integerLists(this.#buckets);
    this.explicitBounds = doubleLists(this.#bounds);
    this.children.push(this.exemplars, this.#buckets, this.#bounds);
  }

  get countValue(): BigUint64Array {
    return this.#count.values;
  }

  get sum(): Float64Array {
    return this.#sum.doubles;
  }

  get min(): Float64Array {
    return this.#min.doubles;
  }

  get max(): Float64Array {
    return this.#max.doubles;
  }

  /**
   * Reads a HistogramDataPoint message: 2 start_time_unix_nano · 3 time_unix_nano · 4 count (fixed64) · 5 sum
   * 6 bucket_counts (fixed64) · 7 explicit_bounds · 8 exemplars · 9 attributes · 10 flags · 11 min · 12 max.
   */
  override read(start: number, end: number, metric: number): void {
    const row = this.open(metric, this.#words);
    const { bytes } = this.arena;
    const fields = new Fields(bytes, start, end);
    while (fields.next()) {
      switch (fields.tag) {
        case 0x31:
        case 0x32:
          this.#buckets.readFixed(fields.start, fields.end);
          break;
        case 0x39:
        case 0x3a:
          this.#bounds.readFixed(fields.start, fields.end);
          break;
        case 0x42:
          this.exemplars.read(fields.start, fields.end);
          break;
        case 0x4a:
          this.attributes.read(fields.start, fields.end);
          break;
        case 0x50:
          this.flags[row] = varint32(bytes, fields.start);
          break;
        default:
          this.#wordOf(fields.tag)?.copy(row, this.arena.view, fields.start);
      }
    }
    this.attributes.endRow();
    for (const lists of [this.#buckets, this.#bounds]) lists.endRow();
    this.exemplars.endPoint();
  }

  #wordOf(tag: number): WordsBuilder | undefined {
    switch (tag) {
      case 0x11:
        return this.start;
      case 0x19:
        return this.time;
      case 0x21:
        return this.#count;
      case 0x29:
        return this.#sum;
      case 0x59:
        return this.#min;
      case 0x61:
        return this.#max;
      default:
        return undefined;
    }
  }
}
