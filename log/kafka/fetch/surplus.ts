import { keyOf } from '../cluster/leader-gatherer.ts';
import type { FetchAsk } from './fetch-request.ts';
import type { FetchedBatches } from './fetched-batches.ts';

/** Most that is kept for later reads; what is beyond it is fetched again. */
const LIMIT_BYTES = 32 * 2 ** 20;

interface Kept {
  readonly topicId: string;
  readonly batches: FetchedBatches;
  readonly bytes: number;
}

/** What was fetched beyond what a read took, per partition, for the read that goes on there. */
export class Surplus {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** What answers the ask, which then belongs to the caller; anything else of the partition is dropped. */
  take({ of, topicId, offset }: FetchAsk): FetchedBatches | undefined {
    const kept = this.#drop(keyOf(of));
    return kept && kept.topicId === topicId && kept.batches.position === offset ? kept.batches : undefined;
  }

  keep({ of, topicId }: FetchAsk, batches: FetchedBatches): void {
    const key = keyOf(of);
    this.#drop(key);
    const { bytes } = batches;
    if (this.#bytes + bytes > LIMIT_BYTES) return;
    this.#kept.set(key, { topicId, batches, bytes });
    this.#bytes += bytes;
  }

  #drop(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    return kept;
  }
}
