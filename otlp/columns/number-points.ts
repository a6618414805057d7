import type { Arena } from './arena.ts';
import { ExemplarsBuilder } from './exemplars.ts';
import { Fields } from './fields.ts';
import { PointsBuilder } from './points.ts';
import type { NumberPoints } from './types.ts';
import { varint32 } from './wire.ts';
import { WordsBuilder } from './words.ts';

/** Points of gauges and of sums. */
export class NumberPointsBuilder extends PointsBuilder implements NumberPoints {
  readonly exemplars: ExemplarsBuilder;
  readonly #value = new WordsBuilder();
  readonly #words = [this.#value];

  constructor(arena: Arena) {
    super(arena);
    this.exemplars = new ExemplarsBuilder(arena);
    this.children.push(this.exemplars);
  }

  get value(): Float64Array {
    return this.#value.doubles;
  }

  /**
   * Reads a NumberDataPoint message: 2 start_time_unix_nano · 3 time_unix_nano · 4 as_double · 5 exemplars
   * 6 as_int (sfixed64) · 7 attributes · 8 flags.
   */
  override read(start: number, end: number, metric: number): void {
    const row = this.open(metric, this.#words);
    const { bytes, view } = this.arena;
    const fields = new Fields(bytes, start, end);
    while (fields.next()) {
      const at = fields.start;
      switch (fields.tag) {
        case 0x11:
          this.start.copy(row, view, at);
          break;
        case 0x19:
          this.time.copy(row, view, at);
          break;
        case 0x21:
          this.#value.copy(row, view, at);
          break;
        case 0x2a:
          this.exemplars.read(at, fields.end);
          break;
        case 0x31:
          this.#value.setDoubleOfInteger(row, view, at);
          break;
        case 0x3a:
          this.attributes.read(at, fields.end);
          break;
        case 0x40:
          this.flags[row] = varint32(bytes, at);
          break;
      }
    }
    this.attributes.endRow();
    this.exemplars.endPoint();
  }
}
