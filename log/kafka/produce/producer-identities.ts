import { initProducerIdV4 } from '@platformatic/kafka';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, passes } from '../cluster/codes.ts';
import { refusal, unsettled } from '../cluster/failures.ts';

/** By which brokers tell repeated batches from new ones. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Identities for appends outside transactions: one for all partitions until one of them needs another. */
export class ProducerIdentities {
  readonly #cluster: Cluster;
  #current: ProducerIdentity | undefined;
  #asking: Promise<ProducerIdentity> | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** An identity other than `spent`. */
  async other(spent: ProducerIdentity | undefined): Promise<ProducerIdentity> {
    if (this.#current && this.#current !== spent) return this.#current;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    this.#current = await this.#asking;
    return this.#current;
  }

  #ask(): Promise<ProducerIdentity> {
    const act = 'get a producer id';
    return this.#cluster.attempt(act, async () => {
      const connection = await this.#cluster.anyConnection();
      const { errorCode, producerId, producerEpoch } = await this.#cluster.ask(
        connection,
        initProducerIdV4.api,
        null,
        0,
        -1n,
        -1,
      );
      if (passes(errorCode)) throw unsettled(act, errorCode);
      if (errorCode !== Code.NONE) throw refusal(act, errorCode);
      return { producerId, producerEpoch };
    });
  }
}
