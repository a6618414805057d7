/** What happened, tick by tick: the truth every system is shown its own way. */
import type { Counts } from '../../../engine/core/types.ts';

/** Events of one tick. */
export interface TickEvents {
  readonly good: number;
  readonly bad: number;
}

/** Running totals by tick, so that any range is two look-ups. */
export class EventCounts {
  /** Number of ticks. */
  readonly ticks: number;
  readonly #good: Float64Array;
  readonly #bad: Float64Array;

  /** Asks for the events of each tick once, in order. */
  constructor(ticks: number, eventsOf: (tick: number) => TickEvents) {
    this.ticks = ticks;
    this.#good = new Float64Array(ticks + 1);
    this.#bad = new Float64Array(ticks + 1);
    for (let tick = 0; tick < ticks; tick += 1) {
      const { good, bad } = eventsOf(tick);
      this.#good[tick + 1] = (this.#good[tick] ?? 0) + good;
      this.#bad[tick + 1] = (this.#bad[tick] ?? 0) + bad;
    }
  }

  /** Bad events of the ticks [from, to); ticks before 0 hold none. */
  bad(from: number, to: number): number {
    return (this.#bad[to] ?? 0) - (this.#bad[Math.max(0, from)] ?? 0);
  }

  /** Good and total events of the ticks [from, to); ticks before 0 hold none. */
  sum(from: number, to: number): Counts {
    const first = Math.max(0, from);
    const good = (this.#good[to] ?? 0) - (this.#good[first] ?? 0);
    return { good, total: good + this.bad(first, to) };
  }
}
