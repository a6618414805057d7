/** Whether everything on the otlp topics has been counted: the ends of their partitions, looked up once. */
import { sourcePartitions } from '../../log/source-topics.ts';
import type { DurableLog } from '../../log/types.ts';
import type { Signal } from '../../schemas/names.ts';

/** One look at the ends; a later question needs a new one. */
export class SourceEnds {
  readonly #log: DurableLog;
  readonly #ends = new Map<Signal, Promise<ReadonlyMap<string, number>>>();

  constructor(log: DurableLog) {
    this.#log = log;
  }

  /** Where the sources of a signal end, by name (`otlp_spans/0`); those that hold nothing are left out. */
  of(signal: Signal): Promise<ReadonlyMap<string, number>> {
    let ends = this.#ends.get(signal);
    if (ends === undefined) {
      ends = this.#look(signal);
      this.#ends.set(signal, ends);
    }
    return ends;
  }

  async #look(signal: Signal): Promise<ReadonlyMap<string, number>> {
    const sources = await sourcePartitions(this.#log, signal);
    const bounds = await Promise.all(sources.map((source) => this.#log.bounds(source)));
    const ends = new Map<string, number>();
    for (const [index, { topic, partition }] of sources.entries()) {
      const { first, next } = bounds[index] ?? { first: 0, next: 0 };
      if (first < next) ends.set(`${topic}/${partition}`, next);
    }
    return ends;
  }
}
