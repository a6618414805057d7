/** Keeps a replica's definitions up to date with `valet_definitions`. */

import type { DurableLog } from '../../log/types.ts';
import { TOPIC_DEFINITIONS } from '../../schemas/names.ts';
import type { EngineReplica } from '../core/replica.ts';
import { Gate } from '../gate.ts';

const PARTITION = { topic: TOPIC_DEFINITIONS, partition: 0 } as const;

/** Reads definitions into a replica; see `refresh` and `wait`. */
export class DefinitionFeed {
  readonly #log: DurableLog;
  readonly #replica: EngineReplica;
  readonly #gate = new Gate();
  #next = 0;

  constructor(log: DurableLog, replica: EngineReplica) {
    this.#log = log;
    this.#replica = replica;
  }

  /** Takes what was published until now. Whoever reads data first and definitions then misses none that hold for it. */
  refresh(): Promise<void> {
    return this.#gate.run(async () => {
      for (;;) {
        const { records, next } = await this.#log.read(PARTITION, this.#next);
        for (const record of records) this.#replica.apply(TOPIC_DEFINITIONS, record);
        if (next === this.#next) return;
        this.#next = next;
      }
    });
  }

  /** Waits for something new, at most so long, and takes it. */
  async wait(waitMillis: number, signal: AbortSignal): Promise<void> {
    const from = this.#next;
    const { next } = await this.#log.read(PARTITION, from, { waitMillis, signal });
    if (next > from) await this.refresh();
  }
}
