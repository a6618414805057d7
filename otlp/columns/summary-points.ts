import type { Arena } from './arena.ts';
import { Fields } from './fields.ts';
import { doubleLists, WordListsBuilder } from './lists.ts';
import { PointsBuilder } from './points.ts';
import type { SummaryPoints } from './types.ts';
import { varint32 } from './wire.ts';
import { WordsBuilder } from './words.ts';

/** Points of summaries. */
export class SummaryPointsBuilder extends PointsBuilder implements SummaryPoints {
  readonly #count = new WordsBuilder();
  readonly #sum = new WordsBuilder();
  readonly #words = [this.#count, this.#sum];
  readonly #quantiles: WordListsBuilder;
  readonly #values: WordListsBuilder;
  readonly quantiles: SummaryPoints['quantiles'];

  constructor(arena: Arena) {
    super(arena);
    this.#quantiles = new WordListsBuilder(arena);
    this.#values = new WordListsBuilder(arena);
    this.quantiles = doubleLists(this.#quantiles);
    this.children.push(this.#quantiles, this.#values);
  }

  get countValue(): BigUint64Array {
    return this.#count.values;
  }

  get sum(): Float64Array {
    return this.#sum.doubles;
  }

  get quantileValues(): Float64Array {
    return this.#values.doubles;
  }

  /**
   * Reads a SummaryDataPoint message: 2 start_time_unix_nano · 3 time_unix_nano · 4 count (fixed64) · 5 sum
   * 6 quantile_values · 7 attributes · 8 flags.
   */
  override read(start: number, end: number, metric: number): void {
    const row = this.open(metric, this.#words);
    const { bytes, view } = this.arena;
    const fields = new Fields(bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x11) this.start.copy(row, view, fields.start);
      else if (fields.tag === 0x19) this.time.copy(row, view, fields.start);
      else if (fields.tag === 0x21) this.#count.copy(row, view, fields.start);
      else if (fields.tag === 0x29) this.#sum.copy(row, view, fields.start);
      else if (fields.tag === 0x32) this.#readQuantile(fields.start, fields.end);
      else if (fields.tag === 0x3a) this.attributes.read(fields.start, fields.end);
      else if (fields.tag === 0x40) this.flags[row] = varint32(bytes, fields.start);
    }
    this.attributes.endRow();
    for (const lists of [this.#quantiles, this.#values]) lists.endRow();
  }

  /** ValueAtQuantile: 1 quantile · 2 value. */
  #readQuantile(start: number, end: number): void {
    const quantile = this.#quantiles.addZero();
    const value = this.#values.addZero();
    const { bytes, view } = this.arena;
    const fields = new Fields(bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x09) this.#quantiles.words.copy(quantile, view, fields.start);
      else if (fields.tag === 0x11) this.#values.words.copy(value, view, fields.start);
    }
  }
}
