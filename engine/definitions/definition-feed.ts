/** Keeps a replica's definitions up to date with `valet_definitions`. */

import type { DurableLog } from '../../log/types.ts';
import { TOPIC_DEFINITIONS } from '../../schemas/names.ts';
import type { EngineReplica } from '../core/replica.ts';
import { Gate } from '../gate.ts';

const PARTITION = { topic: TOPIC_DEFINITIONS, partition: 0 } as const;

/** Reads definitions into a replica; see `refresh`. */
export class DefinitionFeed {
  readonly #log: DurableLog;
  readonly #replica: EngineReplica;
  readonly #gate = new Gate();
  #next = 0;
  #version = 0;

  constructor(log: DurableLog, replica: EngineReplica) {
    this.#log = log;
    this.#replica = replica;
  }

  /** Rises with every record taken. */
  get version(): number {
    return this.#version;
  }

  /** Takes what was published until now. Whoever reads data first and definitions then misses none that hold for it. */
  refresh(): Promise<void> {
    return this.#gate.run(async () => {
      for (;;) {
        const { records, next } = await this.#log.read(PARTITION, this.#next);
        for (const record of records) {
          this.#replica.apply(TOPIC_DEFINITIONS, record);
          this.#version += 1;
        }
        if (next === this.#next) return;
        this.#next = next;
      }
    });
  }
}
