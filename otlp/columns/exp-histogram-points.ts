import type { Arena } from './arena.ts';
import { ExemplarsBuilder } from './exemplars.ts';
import { Fields } from './fields.ts';
import { grow } from './grow.ts';
import { integerLists, WordListsBuilder } from './lists.ts';
import { PointsBuilder } from './points.ts';
import type { ExpHistogramPoints } from './types.ts';
import { varint32 } from './wire.ts';
import { WordsBuilder } from './words.ts';

const INITIAL = 64;

/** Points of exponential histograms. */
export class ExpHistogramPointsBuilder extends PointsBuilder implements ExpHistogramPoints {
  scale = new Int32Array(INITIAL);
  positiveOffset = new Int32Array(INITIAL);
  negativeOffset = new Int32Array(INITIAL);
  readonly exemplars: ExemplarsBuilder;
  readonly #count = new WordsBuilder();
  readonly #sum = new WordsBuilder();
  readonly #min = new WordsBuilder();
  readonly #max = new WordsBuilder();
  readonly #zeroCount = new WordsBuilder();
  readonly #zeroThreshold = new WordsBuilder();
  readonly #words = [this.#count, this.#sum, this.#min, this.#max, this.#zeroCount, this.#zeroThreshold];
  readonly #positive: WordListsBuilder;
  readonly #negative: WordListsBuilder;
  readonly positiveCounts: ExpHistogramPoints['positiveCounts'];
  readonly negativeCounts: ExpHistogramPoints['negativeCounts'];

  constructor(arena: Arena) {
    super(arena);
    this.exemplars = new ExemplarsBuilder(arena);
    this.#positive = new WordListsBuilder(arena);
    this.#negative = new WordListsBuilder(arena);
    this.positiveCounts = integerLists(this.#positive);
    this.negativeCounts = integerLists(this.#negative);
    this.children.push(this.exemplars, this.#positive, this.#negative);
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

  get zeroCount(): BigUint64Array {
    return this.#zeroCount.values;
  }

  get zeroThreshold(): Float64Array {
    return this.#zeroThreshold.doubles;
  }

  /**
   * Reads an ExponentialHistogramDataPoint message: 1 attributes · 2 start_time_unix_nano · 3 time_unix_nano
   * 4 count (fixed64) · 5 sum · 6 scale (sint32) · 7 zero_count (fixed64) · 8 positive · 9 negative · 10 flags
   * 11 exemplars · 12 min · 13 max · 14 zero_threshold.
   */
  override read(start: number, end: number, metric: number): void {
    const row = this.#openRow(metric);
    const { bytes } = this.arena;
    const fields = new Fields(bytes, start, end);
    while (fields.next()) {
      switch (fields.tag) {
        case 0x0a:
          this.attributes.read(fields.start, fields.end);
          break;
        case 0x30:
          this.scale[row] = zigzag(varint32(bytes, fields.start));
          break;
        case 0x42:
          this.#readBuckets(row, this.positiveOffset, this.#positive, fields);
          break;
        case 0x4a:
          this.#readBuckets(row, this.negativeOffset, this.#negative, fields);
          break;
        case 0x50:
          this.flags[row] = varint32(bytes, fields.start);
          break;
        case 0x5a:
          this.exemplars.read(fields.start, fields.end);
          break;
        default:
          this.#wordOf(fields.tag)?.copy(row, this.arena.view, fields.start);
      }
    }
    this.attributes.endRow();
    for (const lists of [this.#positive, this.#negative]) lists.endRow();
    this.exemplars.endPoint();
  }

  /** Buckets: 1 offset (sint32) · 2 bucket_counts (uint64). */
  #readBuckets(row: number, offsets: Int32Array, counts: WordListsBuilder, message: Fields): void {
    const { bytes } = this.arena;
    const fields = new Fields(bytes, message.start, message.end);
    while (fields.next()) {
      if (fields.tag === 0x08) offsets[row] = zigzag(varint32(bytes, fields.start));
      else if (fields.tag === 0x10 || fields.tag === 0x12) counts.readVarints(fields.start, fields.end);
    }
  }

  #openRow(metric: number): number {
    const row = this.open(metric, this.#words);
    if (row === this.scale.length) {
      this.scale = grow(this.scale, 0);
      this.positiveOffset = grow(this.positiveOffset, 0);
      this.negativeOffset = grow(this.negativeOffset, 0);
    }
    this.scale[row] = 0;
    this.positiveOffset[row] = 0;
    this.negativeOffset[row] = 0;
    return row;
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
      case 0x39:
        return this.#zeroCount;
      case 0x61:
        return this.#min;
      case 0x69:
        return this.#max;
      case 0x71:
        return this.#zeroThreshold;
      default:
        return undefined;
    }
  }
}

/** A sint32 from its unsigned form. */
function zigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
