import type { TopicPartition } from '../../log/types.ts';

/** Options of {@link Stalls}. */
export interface StallsOptions {
  /** A partition that has failed for so long is stalled. @default 60_000 */
  readonly afterMillis?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

interface Failing {
  readonly sinceMillis: number;
  readonly what: string;
}

/** Which partitions have failed for long, without a success in between. */
export class Stalls {
  readonly #afterMillis: number;
  readonly #now: () => number;
  readonly #failing = new Map<string, Failing>();

  constructor({ afterMillis = 60_000, now = Date.now }: StallsOptions = {}) {
    this.#afterMillis = afterMillis;
    this.#now = now;
  }

  /** Something of the partition failed; `what` and why, for people. */
  failed(of: TopicPartition, what: string): void {
    const key = keyOf(of);
    this.#failing.set(key, { sinceMillis: this.#failing.get(key)?.sinceMillis ?? this.#now(), what });
  }

  /** Nothing of the partition fails any more, or it is another's. */
  ended(of: TopicPartition): void {
    this.#failing.delete(keyOf(of));
  }

  /** The stall that has lasted longest, in words that stay the same while it lasts; undefined without one. */
  get problem(): string | undefined {
    const before = this.#now() - this.#afterMillis;
    const stalled = [...this.#failing]
      .filter(([, { sinceMillis }]) => sinceMillis <= before)
      .sort(([, left], [, right]) => left.sinceMillis - right.sinceMillis);
    const [first] = stalled;
    if (!first) return undefined;
    const [name, { sinceMillis, what }] = first;
    const others = stalled.length > 1 ? `, and ${stalled.length - 1} more` : '';
    return `${name}${others} cannot be stored since ${new Date(sinceMillis).toISOString()}: ${what}`;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
