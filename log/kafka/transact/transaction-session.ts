import {
  addOffsetsToTxnV3,
  addPartitionsToTxnV3,
  type Connection,
  endTxnV3,
  initProducerIdV4,
  txnOffsetCommitV3,
} from '@platformatic/kafka';
import { LogError } from '../../errors.ts';
import type { TopicPartition } from '../../types.ts';
import type { AttemptOptions, Cluster } from '../cluster/cluster.ts';
import { Code, passes } from '../cluster/codes.ts';
import { refusal, unsettled } from '../cluster/failures.ts';
import { Lane } from '../cluster/lanes.ts';
import { commitAsOwner, committedTopics, type GroupCommit } from '../offsets/commit-offsets.ts';
import type { ProducerIdentity } from '../produce/producer-identities.ts';

/** The coordinator aborts a transaction that is open for longer. */
const TRANSACTION_TIMEOUT_MILLIS = 30_000;
/** Another partition of the request was the reason. */
const OPERATION_NOT_ATTEMPTED = 55;

/**
 * A transactional id's requests to the coordinators. Each is repeated until there is a definite answer or the deadline
 * is over; `fenced` when another producer has taken the id over.
 */
export class TransactionSession {
  readonly id: string;
  readonly #cluster: Cluster;
  #identity: ProducerIdentity | undefined;

  constructor(cluster: Cluster, transactionalId: string) {
    this.#cluster = cluster;
    this.id = transactionalId;
  }

  get hasIdentity(): boolean {
    return this.#identity !== undefined;
  }

  get identity(): ProducerIdentity {
    if (!this.#identity)
      throw new LogError('log-failed', 'Cannot go on with a transaction without a producer id');
    return this.#identity;
  }

  /** The next renewal takes the id over from whoever has it. */
  forgetIdentity(): void {
    this.#identity = undefined;
  }

  /**
   * The next epoch of the identity; without one, an epoch beyond that of any owner before, which is fenced by it.
   * Aborts what is open under the id.
   */
  async renewIdentity(options: AttemptOptions): Promise<void> {
    const act = 'get a producer id for transactions';
    const { producerId, producerEpoch } = this.#identity ?? { producerId: -1n, producerEpoch: -1 };
    const renew = async (connection: Connection) => {
      const answer = await this.#cluster.ask(
        connection,
        initProducerIdV4.api,
        this.id,
        TRANSACTION_TIMEOUT_MILLIS,
        producerId,
        producerEpoch,
      );
      if (passes(answer.errorCode)) throw unsettled(act, answer.errorCode);
      return answer;
    };
    const answer = await this.#cluster.attempt(act, () => this.#atCoordinator(renew), options);
    if (answer.errorCode !== Code.NONE) {
      this.forgetIdentity();
      throw refusal(act, answer.errorCode);
    }
    this.#identity = { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  }

  async addPartitions(partitions: readonly TopicPartition[], options: AttemptOptions): Promise<void> {
    if (partitions.length === 0) return;
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitions: [...new Set(ofTopic.map(({ partition }) => partition))],
    }));
    const request = { transactionalId: this.id, ...this.identity, verifyOnly: false, topics };
    await this.#repeat('add partitions to a transaction', options, async (connection) => {
      const answer = await this.#cluster.ask(connection, addPartitionsToTxnV3.api, [request]);
      return answer.resultsByTransaction
        .flatMap(({ topicResults }) => topicResults)
        .flatMap(({ resultsByPartition }) => resultsByPartition)
        .map(({ partitionErrorCode }) => partitionErrorCode);
    });
  }

  async addOffsets(group: string, options: AttemptOptions): Promise<void> {
    const { producerId, producerEpoch } = this.identity;
    await this.#repeat('add offsets to a transaction', options, async (connection) => {
      const { api } = addOffsetsToTxnV3;
      const answer = await this.#cluster.ask(connection, api, this.id, producerId, producerEpoch, group);
      return [answer.errorCode];
    });
  }

  /** Commits offsets as part of the transaction, as the member that has the partitions. */
  async commitOffsets(commit: GroupCommit, options: AttemptOptions): Promise<void> {
    const { group } = commit;
    const topics = committedTopics(commit.commits);
    const { producerId, producerEpoch } = this.identity;
    await commitAsOwner(this.#cluster, commit, {
      ...options,
      act: `commit offsets of group "${group}" in a transaction`,
      send: async (connection, { memberId, generation }) => {
        const answer = await this.#cluster.ask(
          connection,
          txnOffsetCommitV3.api,
          this.id,
          group,
          producerId,
          producerEpoch,
          generation,
          memberId,
          null,
          topics,
        );
        return answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
      },
    });
  }

  /** Commits. Without an answer in time it may be committed or not. */
  async end(options: AttemptOptions): Promise<void> {
    const { producerId, producerEpoch } = this.identity;
    await this.#repeat('end a transaction', options, async (connection) => {
      const { api } = endTxnV3;
      const answer = await this.#cluster.ask(connection, api, this.id, producerId, producerEpoch, true);
      return [answer.errorCode];
    });
  }

  /** Asks the transaction's coordinator until every code of the answer is definite. */
  async #repeat(
    act: string,
    options: AttemptOptions,
    ask: (connection: Connection) => Promise<readonly number[]>,
  ): Promise<void> {
    const attempt = async (connection: Connection) => {
      const codes = await ask(connection);
      const code = codes.find((one) => one !== Code.NONE && one !== OPERATION_NOT_ATTEMPTED);
      if (code === undefined) return;
      throw passes(code) ? unsettled(act, code) : refusal(act, code);
    };
    await this.#cluster.attempt(act, () => this.#atCoordinator(attempt), options);
  }

  #atCoordinator<Result>(run: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#cluster.atCoordinator({ kind: 'transaction', key: this.id, lane: Lane.TRANSACTION }, run);
  }
}
