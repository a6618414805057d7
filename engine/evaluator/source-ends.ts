/** Whether everything on the otlp topics has been counted: the ends of their partitions, looked up once. */
import { sourcePartitions } from '../../log/source-topics.ts';
import type { DurableLog } from '../../log/types.ts';
import type { Signal } from '../../schemas/names.ts';
import type { CountBook } from '../core/replica/count-book.ts';

/** One look at the ends; a later question needs a new one. */
export class SourceEnds {
  readonly #log: DurableLog;
  readonly #ends = new Map<Signal, Promise<ReadonlyMap<string, number>>>();

  constructor(log: DurableLog) {
    this.#log = log;
  }

  /** Whether the counts contain every record of a signal there was at the look. */
  async areIn(counts: CountBook, signal: Signal): Promise<boolean> {
    let ends = this.#ends.get(signal);
    if (ends === undefined) {
      ends = this.#look(signal);
      this.#ends.set(signal, ends);
    }
    const counted = new Map(counts.heads().map(({ source, next = 0 }) => [source, next]));
    return [...(await ends)].every(([source, end]) => (counted.get(source) ?? 0) >= end);
  }

  /** Where each partition ends; those that hold nothing are left out. */
  async #look(signal: Signal): Promise<ReadonlyMap<string, number>> {
    const sources = await sourcePartitions(this.#log, signal);
    const ends = await Promise.all(
      sources.map(async (source) => {
        const { first, next } = await this.#log.bounds(source);
        return [`${source.topic}/${source.partition}`, first === next ? 0 : next] as const;
      }),
    );
    return new Map(ends);
  }
}
