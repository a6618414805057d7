/**
 * Stores one partition, batch by batch. The order of steps, and what a crash after each leaves behind:
 *
 * 1. Collect a range. Nothing is durable: the next start collects another one.
 * 2. Commit its plan: offset = first, metadata = last and all that decides the rows. From here the range is fixed. The
 *    same to the journal, which tells the plan should the group be deleted; storing does not depend on it.
 * 3. INSERT one block per table and day, each under its token, again and again until each is definitely stored. The
 *    next start repeats all of them; those stored already are dropped by their tokens.
 * 4. Append its dead letters to their topic. The next start may append them again.
 * 5. Record the batch in `valet_batches`. The next start finds it there and sends nothing.
 * 6. Commit the end, together with the plan of the next batch when that is ready: step 2 of it.
 *
 * While 3 waits for the store, the next batch is read and mapped, but not planned.
 *
 * Who the group takes the partition from may still be in 3. Its tokens make that harmless: the new owner finds the
 * plan and repeats the same blocks. It cannot get further, as its commits are refused; and before an attempt that
 * comes long after its last commit it commits the plan again, so it does not send a block whose token is forgotten.
 */
import { LogError } from '../../log/errors.ts';
import { DEDUPLICATION_SECONDS, DEDUPLICATION_WINDOW } from '../../schemas/migrations/render.ts';
import { backoffMillis, pause } from './backoff.ts';
import {
  type AttemptContext,
  isFenced,
  report,
  Stopped,
  setFailing,
  waitMillis,
} from './persistent-attempt.ts';
import { encodeState, planVersion, SETTINGS_DIGEST } from './plan.ts';
import { PlanJournal } from './plan-journal.ts';
import { BatchReader, type ReadyBatch } from './ready-batch.ts';
import { ANOMALIES, type Anomaly, type OpenBatch, recover } from './recover.ts';
import { storeBatch } from './store-batch.ts';
import type { PartitionWork } from './types.ts';

/** A commit proves for so long that the partition is ours. */
const PROOF_MILLIS = 10_000;
/**
 * A batch is one block per table and day: rarely more than four of a table. So many batches may have used up half of its
 * deduplication window.
 */
const LATE_BATCHES = DEDUPLICATION_WINDOW / 2 / 4;
/** Replicated tables also forget by age; half of that is late. */
const LATE_MILLIS = (DEDUPLICATION_SECONDS * 1000) / 2;
const LOOP = 'writing';

/** Writes one partition until its signal aborts or the group gives the partition to another. */
export class PartitionWriter<Policy> {
  readonly #work: PartitionWork<Policy>;
  readonly #labels: { readonly topic: string; readonly partition: number };
  readonly #reader: BatchReader<Policy>;
  readonly #journal: PlanJournal;
  readonly #failing = new Map<string, number>();
  #provenMillis = Number.NEGATIVE_INFINITY;
  #abandoned = false;
  #position: number | undefined;
  /** When the oldest record that may not be stored was appended, as far as known. */
  #oldestMillis: number | undefined;

  constructor(work: PartitionWork<Policy>) {
    this.#work = work;
    this.#labels = { topic: work.of.topic, partition: work.of.partition };
    this.#reader = new BatchReader(work);
    const onGivenUp = (err: unknown) => this.#tell('journal-refused', { err });
    this.#journal = new PlanJournal({ log: work.log, group: work.group, of: work.of, onGivenUp });
  }

  /**
   * Resolves after the signal aborts, when the attempt under way is over: a batch that is stored by then is committed,
   * another stays planned. Any failure is reported, waited out, and followed by a recovery from what is durable.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { logger, backoff, metrics, of } = this.#work;
    const context = { ...this.#labels, signal, logger, metrics, backoff, failing: this.#failing };
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#writeFromDurableState(context, () => {
          failures = 0;
          setFailing(LOOP, 0, context);
        });
      } catch (error) {
        if (error instanceof Stopped || isClosed(error)) break;
        if (isFenced(error)) {
          logger.info(of, 'the partition has another owner');
          break;
        }
        report(LOOP, error, ++failures, context);
        if (!(await pause(waitMillis(error, failures, context), signal))) break;
      }
    }
    this.#forgetGauges();
  }

  /** Nothing is committed from now on, though an attempt may still be under way: the partition may be another's. */
  abandon(): void {
    this.#forgetGauges();
    this.#abandoned = true;
  }

  async #writeFromDurableState(context: AttemptContext, onProgress: () => void): Promise<void> {
    const { log, ledger, group, of, logger } = this.#work;
    const wait = async (attempt: number) => {
      if (!(await pause(backoffMillis(attempt, context.backoff), context.signal))) throw new Stopped();
    };
    const recovered = await recover<Policy>({ log, ledger, group, of, wait });
    const { identity, position, open, moved, anomaly } = recovered;
    logger.info({ ...of, identity, position, plannedFrom: open?.first }, 'writer starts');
    if (anomaly) this.#tell(anomaly, { identity, position });
    // Before its records are replaced by others, the end that is missing is on record.
    if (open?.plan.as) await this.#commitPlan(open.first, encodeState(open), context);
    if (open) await this.#settle(open, context);
    if (moved) await this.#commit(position, encodeState({ identity }));
    this.#position = position;
    if ((await this.measure()) === 0) onProgress();
    await this.#writeBatches({ identity, position, context, onProgress });
  }

  /** Stores the batch of a plan found at the start, exactly as planned. */
  async #settle(open: OpenBatch<Policy>, context: AttemptContext): Promise<void> {
    const { mapping, logger, of, ledger } = this.#work;
    const { plan, done, identity } = open;
    // The tokens still decide for the best: each block is stored in the old form or the new, never in both.
    if (plan.version !== planVersion(mapping.version) || plan.settings !== SETTINGS_DIGEST)
      logger.warn({ ...of, plan }, 'the open batch was planned by another version');
    const since = await ledger.batchesSince(plan.at);
    const isOld = since > 0 && Date.now() - plan.at > LATE_MILLIS;
    if (isOld || since > LATE_BATCHES) this.#tell('late-replay', { identity, plan });
    const batch = await this.#reader.planned(open, context);
    await this.#store(batch, new Set(done), context);
  }

  async #writeBatches(from: {
    readonly identity: string;
    readonly position: number;
    readonly context: AttemptContext;
    readonly onProgress: () => void;
  }): Promise<void> {
    const { identity, onProgress } = from;
    const leave = new AbortController();
    const context = { ...from.context, signal: AbortSignal.any([from.context.signal, leave.signal]) };
    let next = this.#ahead(from.position, identity, context);
    let planned = false;
    try {
      for (let batch = await next.promise; batch; batch = await next.promise) {
        const end = batch.range.last + 1;
        if (!planned && batch.records > 0) await this.#commitPlan(batch.range.first, planOf(batch), context);
        next = this.#ahead(end, identity, context);
        await this.#store(batch, new Set(), context);
        const ready = next.settled();
        planned = ready !== undefined && ready.records > 0 && ready.range.first === end;
        if (planned && ready) await this.#commitPlan(end, planOf(ready), context);
        else await this.#commit(end, encodeState({ identity }));
        onProgress();
        this.#position = end;
        this.#oldestMillis = batch.appended?.lastMillis ?? this.#oldestMillis;
        await this.measure();
        if (context.signal.aborted) return;
      }
    } finally {
      leave.abort();
      (await next.promise.catch(() => undefined))?.release();
    }
  }

  /** Starts on the next batch; a failure shows when it is awaited. */
  #ahead(position: number, identity: string, context: AttemptContext) {
    let settled: ReadyBatch<Policy> | undefined;
    const promise = this.#reader.next(position, identity, context).then((batch) => {
      settled = batch;
      return batch;
    });
    promise.catch(() => {});
    return { promise, settled: () => settled };
  }

  /** Steps 3 to 5. */
  async #store(batch: ReadyBatch<Policy>, done: Set<string>, context: AttemptContext): Promise<void> {
    this.#oldestMillis = batch.appended?.firstMillis ?? this.#oldestMillis;
    const prove = async () => {
      if (this.#abandoned) throw new Stopped();
      if (performance.now() - this.#provenMillis < PROOF_MILLIS) return;
      await this.#commitPlan(batch.range.first, planOf(batch, [...done]), context);
    };
    try {
      await storeBatch(this.#work, batch, { done, context: { ...context, prove } });
    } finally {
      batch.release();
    }
  }

  /** Also into the journal; not before the group took it, so nobody writes there who has lost the partition. */
  async #commitPlan(first: number, metadata: string, context: AttemptContext): Promise<void> {
    // Only the end of both allows an INSERT.
    this.#provenMillis = Number.NEGATIVE_INFINITY;
    const provenMillis = await this.#commit(first, metadata);
    await this.#journal.note({ first, metadata }, context, () => this.#abandoned);
    this.#provenMillis = provenMillis;
  }

  /** Resolves with when it was done, `performance.now()`. */
  async #commit(offset: number, metadata: string): Promise<number> {
    if (this.#abandoned) throw new Stopped();
    const { log, group, of } = this.#work;
    await log.commit([{ group, ...of, offset, metadata }]);
    return performance.now();
  }

  #tell(anomaly: Anomaly, fields: object): void {
    const { metrics, logger, of } = this.#work;
    metrics.anomalies.inc({ topic: of.topic, kind: anomaly });
    logger.error({ ...of, ...fields, anomaly }, ANOMALIES[anomaly]);
  }

  /** Shows how far behind the writer is: the log records not stored yet, which it resolves with. */
  async measure(): Promise<number> {
    const { log, of, metrics } = this.#work;
    if (this.#position === undefined) return 0;
    const { next } = await log.bounds(of);
    if (this.#abandoned) return 0;
    const lag = Math.max(0, next - this.#position);
    const age = this.#oldestMillis === undefined ? 0 : Math.max(0, Date.now() - this.#oldestMillis) / 1000;
    metrics.position.set(this.#labels, this.#position);
    metrics.lag.set(this.#labels, lag);
    metrics.lagSeconds.set(this.#labels, lag === 0 ? 0 : age);
    return lag;
  }

  /** A partition somebody else writes has no figures here. */
  #forgetGauges(): void {
    // The next writer of the partition is already showing its own.
    if (this.#abandoned) return;
    const { stalled, stalls, position, lag, lagSeconds } = this.#work.metrics;
    for (const gauge of [stalled, position, lag, lagSeconds]) gauge.remove(this.#labels);
    stalls.ended(this.#labels);
  }
}

function planOf<Policy>({ identity, plan }: ReadyBatch<Policy>, done: readonly string[] = []): string {
  return encodeState({ identity, plan, done });
}

function isClosed(error: unknown): boolean {
  return error instanceof LogError && error.code === 'log-closed';
}
