/** Where the meters are, as told on `valet_sli`: for offsets that are committed no more. */
import type { DurableLog } from '../../log/types.ts';
import { TOPIC_SLI } from '../../schemas/names.ts';
import type { SliSource } from '../../schemas/records-sli.ts';
import { isBlockKey } from '../core/records/state-keys.ts';
import type { PartitionReplica } from '../core/replica/partition-replica.ts';
import { EngineReplica } from '../core/replica.ts';
import { readState, type StateTaker } from '../read-state.ts';

/** Every partition of `valet_sli` tells the same. */
const PARTITION = 0;

/** Reads the heads anew for each question; questions at the same time share one answer. */
export class HeadsTold {
  readonly #log: DurableLog;
  #reading: Promise<ReadonlyMap<string, SliSource>> | undefined;

  constructor(log: DurableLog) {
    this.#log = log;
  }

  /** What was told last of a source (`otlp_spans/0`); undefined when nothing was. */
  async of(source: string): Promise<SliSource | undefined> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return (await this.#reading).get(source);
  }

  async #read(): Promise<ReadonlyMap<string, SliSource>> {
    const replica = new EngineReplica().partition(PARTITION);
    await readState(this.#log, {
      partition: PARTITION,
      replica: withoutBlocks(replica),
      atLeast: 0,
      isWanted: () => true,
    });
    const of = { topic: TOPIC_SLI, partition: PARTITION };
    const { next: end } = await this.#log.bounds(of);
    while (replica.position < end) {
      const { records, next, free } = await this.#log.read(of, replica.position);
      for (const record of records) replica.applySli(record);
      replica.reached(next);
      free?.();
    }
    return new Map(replica.counts.heads().map((head) => [head.source, head]));
  }
}

/** Counts are nearly all of the state, and tell nothing of the meters. */
function withoutBlocks(replica: PartitionReplica): StateTaker {
  return {
    get progress() {
      return replica.progress;
    },
    applyState: (record) => record.key !== undefined && !isBlockKey(record.key) && replica.applyState(record),
  };
}
