/**
 * The transactions of one transactional id, one after the other. The requests of one:
 *
 * 1. InitProducerId, for the first transaction: aborts what a former owner left open, and fences it.
 * 2. AddPartitionsToTxn and AddOffsetsToTxn, to the transaction's coordinator.
 * 3. Produce, one request per node, and TxnOffsetCommit, to the group's coordinator.
 * 4. EndTxn. From here on it is committed or not, whatever becomes of this process.
 *
 * When a step before 4 fails, InitProducerId under the identity in use aborts the transaction; it cannot harm an owner
 * that has come in the meantime. Without an answer to 4 in time the outcome is unknown: what is committed tells it.
 */
import { LogError } from '../../errors.ts';
import type { Appended } from '../../types.ts';
import { stampBatch } from '../batch/encode-batch.ts';
import { allOver } from '../cluster/all-over.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, concernsLeader, passes } from '../cluster/codes.ts';
import { refusal, unsettled } from '../cluster/failures.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';
import type { GroupCommit } from '../offsets/commit-offsets.ts';
import { type BatchOutcome, produce } from '../produce/produce-request.ts';
import { type PlacedAppend, type TransactionBatch, transactionBatches } from './transaction-batches.ts';
import { TransactionSession } from './transaction-session.ts';

export interface PreparedTransaction {
  readonly placed: readonly PlacedAppend[];
  readonly commits: readonly GroupCommit[];
}

/** For everything before the end: well within the time after which the coordinator aborts by itself. */
const STEPS_LIMIT_MILLIS = 15_000;
/** For a definite answer whether it was committed. */
const END_LIMIT_MILLIS = 60_000;
const ABORT_LIMIT_MILLIS = 5000;
const SEQUENCES = 2 ** 31;
const ACT = 'append in a transaction';

export class TransactionalProducer {
  readonly #cluster: Cluster;
  readonly #session: TransactionSession;
  readonly #sequences = new Map<string, number>();
  /** A transaction may be open under the identity. */
  #isOpen = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(cluster: Cluster, transactionalId: string) {
    this.#cluster = cluster;
    this.#session = new TransactionSession(cluster, transactionalId);
  }

  /** Aborts what a former owner left open, and fences it, unless this was done before. */
  initialise(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#session.hasIdentity) await this.#renewIdentity(STEPS_LIMIT_MILLIS);
    });
  }

  /** All or nothing; durable when it resolves. The results are in the order of the appends. */
  run(transaction: PreparedTransaction): Promise<readonly Appended[]> {
    return this.#inTurn(() => this.#run(transaction));
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }

  async #run({ placed, commits }: PreparedTransaction): Promise<readonly Appended[]> {
    const session = this.#session;
    // Whoever has lost a partition while this waited must not fence the one who has it now.
    for (const { held } of commits) held.identity();
    const { appends, batches } = transactionBatches(placed, Date.now());
    if (!session.hasIdentity || this.#isOpen) await this.#renewIdentity(STEPS_LIMIT_MILLIS);
    const steps = { deadline: performance.now() + STEPS_LIMIT_MILLIS };
    this.#isOpen = true;
    try {
      const groups = new Set(commits.map(({ group }) => group));
      await allOver([
        session.addPartitions(batches, steps),
        ...[...groups].map((group) => session.addOffsets(group, steps)),
      ]);
      await allOver([
        this.#produce(batches, steps.deadline),
        ...commits.map((commit) => session.commitOffsets(commit, steps)),
      ]);
    } catch (error) {
      await this.#abort(error);
      throw error;
    }
    await this.#end();
    return Promise.all(appends.map(({ appended }) => appended));
  }

  async #renewIdentity(limitMillis: number): Promise<void> {
    await this.#session.renewIdentity({ deadline: performance.now() + limitMillis });
    this.#sequences.clear();
    this.#isOpen = false;
  }

  /** What cannot be aborted now is so by the next transaction, the next owner or the timeout. */
  async #abort(reason: unknown): Promise<void> {
    if (isFenced(reason)) this.#session.forgetIdentity();
    else await this.#renewIdentity(ABORT_LIMIT_MILLIS).catch(() => {});
  }

  async #end(): Promise<void> {
    try {
      await this.#session.end({ deadline: performance.now() + END_LIMIT_MILLIS });
      this.#isOpen = false;
    } catch (error) {
      if (isFenced(error)) this.#session.forgetIdentity();
      throw error;
    }
  }

  /** Partitions at the same time, the batches of each in order; a batch keeps its sequence when it is repeated. */
  async #produce(batches: readonly TransactionBatch[], deadline: number): Promise<void> {
    for (const batch of batches) this.#stamp(batch);
    const queues = [...Map.groupBy(batches, keyOf).values()];
    while (queues.some((queue) => queue.length > 0))
      await this.#cluster.attempt(ACT, () => this.#produceFirsts(queues), { deadline });
  }

  #stamp(batch: TransactionBatch): void {
    const sequence = this.#sequences.get(keyOf(batch)) ?? 0;
    this.#sequences.set(keyOf(batch), (sequence + batch.records) % SEQUENCES);
    stampBatch(batch.bytes, { ...this.#session.identity, sequence });
  }

  /** Sends the first batch of each queue; takes those out that have landed. */
  async #produceFirsts(queues: readonly TransactionBatch[][]): Promise<void> {
    const byNode = new Map<number, TransactionBatch[][]>();
    for (const queue of queues) {
      const [batch] = queue;
      if (!batch) continue;
      const node = await this.#cluster.leader(batch);
      byNode.set(node, [...(byNode.get(node) ?? []), queue]);
    }
    await allOver([...byNode].map(([node, ofNode]) => this.#produceAt(node, ofNode)));
  }

  async #produceAt(node: number, queues: readonly TransactionBatch[][]): Promise<void> {
    const batches = queues.flatMap((queue) => queue.slice(0, 1));
    const outcomes = await produce(this.#cluster, node, { transactionalId: this.#session.id, batches });
    const codes = queues.map((queue, index) => this.#settle(queue, outcomes[index] as BatchOutcome));
    const failed = codes.filter((code) => code !== Code.NONE);
    const [code] = [...failed.filter((one) => !passes(one)), ...failed];
    if (code !== undefined) throw passes(code) ? unsettled(ACT, code) : refusal(ACT, code);
  }

  #settle(queue: TransactionBatch[], { code, baseOffset }: BatchOutcome): number {
    const [batch] = queue as [TransactionBatch];
    if (concernsLeader(code)) this.#cluster.forgetTopic(batch.topic);
    if (code !== Code.NONE) return code;
    queue.shift();
    let offset = baseOffset;
    for (const chunk of batch.chunks) {
      chunk.append.landed(chunk, batch.partition, offset);
      offset += chunk.records.length;
    }
    return code;
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof LogError && error.code === 'fenced';
}
