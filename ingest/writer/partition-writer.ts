/**
 * Stores one partition, batch by batch. The order of steps, and what a crash after each leaves behind:
 *
 * 1. Collect a range. Nothing is durable: the next start collects another one.
 * 2. Commit its plan: offset = first, metadata = last and all that decides the rows. From here the range is fixed.
 * 3. INSERT one block per table and day, each under its token, again and again until each is definitely stored. The
 *    next start repeats all of them; those stored already are dropped by their tokens.
 * 4. Record the batch in `valet_batches`. The next start finds it there and sends nothing.
 * 5. Commit the end, together with the plan of the next batch when that is ready: step 2 of it.
 *
 * While 3 waits for the store, the next batch is read and mapped, but not planned.
 */
import type { Logger } from 'pino';
import { LogError } from '../../log/errors.ts';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { HEADER_TENANT, type Signal } from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';
import { type BackoffOptions, backoffMillis, pause } from './backoff.ts';
import { type CollectedBatch, collectBatch, collectRange } from './collect-batch.ts';
import type { TableBlock } from './mapping/types.ts';
import { type AttemptContext, persist, report, Stopped } from './persistent-attempt.ts';
import { batchToken, blockToken, encodeState, type Plan, planVersion, SETTINGS_DIGEST } from './plan.ts';
import { type Recovered, recover } from './recover.ts';
import type { BatchLedger, BatchLimits, BatchMapping, BatchRange, LostRange, MappedBatch } from './types.ts';
import type { WriterMetrics } from './writer-metrics.ts';

/** What a partition's writer works with. */
export interface PartitionWriterOptions<Policy> {
  readonly log: DurableLog;
  readonly store: Store;
  readonly ledger: BatchLedger;
  readonly mapping: BatchMapping<Policy>;
  readonly policy: Policy;
  readonly group: string;
  readonly signalType: Signal;
  readonly of: TopicPartition;
  readonly limits: BatchLimits;
  readonly backoff: BackoffOptions;
  readonly metrics: WriterMetrics;
  readonly logger: Logger;
}

/** A batch read and mapped, ready to be planned and stored. */
interface ReadyBatch<Policy> {
  readonly range: BatchRange;
  readonly plan: Plan<Policy>;
  readonly records: number;
  readonly bytes: number;
  readonly mapped: MappedBatch;
}

/** INSERTs of one batch at a time. */
const CONCURRENT_INSERTS = 4;

/** Writes one partition until its signal aborts. */
export class PartitionWriter<Policy> {
  readonly #options: PartitionWriterOptions<Policy>;
  readonly #labels: { readonly topic: string; readonly partition: number };

  constructor(options: PartitionWriterOptions<Policy>) {
    this.#options = options;
    this.#labels = { topic: options.of.topic, partition: options.of.partition };
  }

  /**
   * Resolves after the signal aborts, when the attempt under way is over: a batch that is stored by then is committed,
   * another stays planned. Any failure is reported, waited out, and followed by a recovery from what is durable.
   */
  async run(signal: AbortSignal): Promise<void> {
    const context = this.#context(signal);
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#writeFromDurableState(context, () => {
          failures = 0;
          this.#options.metrics.stalled.set(this.#labels, 0);
        });
      } catch (error) {
        if (error instanceof Stopped || isClosed(error)) return;
        report('writing', error, ++failures, context);
        if (!(await pause(backoffMillis(failures, this.#options.backoff), signal))) return;
      }
    }
  }

  async #writeFromDurableState(context: AttemptContext, onProgress: () => void): Promise<void> {
    const { log, ledger, group, of, logger } = this.#options;
    const recovered = await recover<Policy>({ log, ledger, group, of });
    const { identity, remark, open } = recovered;
    const fields = { ...of, identity, position: recovered.position, plannedUntil: open?.plan.last };
    if (remark === undefined) logger.info(fields, 'writer starts');
    else logger.error({ ...fields, remark }, 'writer starts off its usual place');
    const position = open ? await this.#settle(open, context) : recovered.position;
    if (open) await this.#commit(position, encodeState({ identity }));
    if ((await this.#measure(position)) === 0) onProgress();
    await this.#writeBatches({ identity, position, context, onProgress });
  }

  /** Stores the batch of a plan found at the start, exactly as planned; returns the offset after it. */
  async #settle(open: NonNullable<Recovered<Policy>['open']>, context: AttemptContext): Promise<number> {
    const { ledger, log, of, mapping, logger } = this.#options;
    const { plan, first, identity } = open;
    const range = { ...of, identity, first, last: plan.last };
    if (await ledger.isStored(batchToken(range, plan.version), range)) return plan.last + 1;
    // The tokens still decide for the best: each block is stored in the old form or the new, never in both.
    if (plan.version !== planVersion(mapping.version) || plan.settings !== SETTINGS_DIGEST)
      logger.warn({ ...range, plan }, 'the open batch was planned by another version');
    const collected = await collectRange(
      { log, from: of, position: first, signal: context.signal },
      plan.last,
    );
    if (!collected) throw new Stopped();
    if (collected.lostUntil !== undefined)
      await this.#recordLoss({ ...range, last: collected.lostUntil, reason: 'cut-plan' }, context);
    await this.#store(this.#map(collected, range, plan), context);
    return plan.last + 1;
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
        if (!planned && batch.records > 0) await this.#commit(batch.range.first, this.#planned(batch));
        next = this.#ahead(end, identity, context);
        await this.#store(batch, context);
        const ready = next.settled();
        planned = ready !== undefined && ready.records > 0 && ready.range.first === end;
        await this.#commit(end, planned && ready ? this.#planned(ready) : encodeState({ identity }));
        onProgress();
        await this.#measure(end);
        if (context.signal.aborted) return;
      }
    } finally {
      leave.abort();
      await next.promise.catch(() => {});
    }
  }

  /** Starts on the next batch; a failure shows when it is awaited. */
  #ahead(position: number, identity: string, context: AttemptContext) {
    let settled: ReadyBatch<Policy> | undefined;
    const promise = this.#prepare(position, identity, context).then((batch) => {
      settled = batch;
      return batch;
    });
    promise.catch(() => {});
    return { promise, settled: () => settled };
  }

  async #prepare(
    position: number,
    identity: string,
    context: AttemptContext,
  ): Promise<ReadyBatch<Policy> | undefined> {
    const { log, of, limits, mapping, policy } = this.#options;
    const collected = await collectBatch({ log, from: of, position, signal: context.signal }, limits);
    if (!collected) return undefined;
    const { lostUntil, last } = collected;
    if (lostUntil !== undefined)
      await this.#recordLoss({ ...of, identity, first: position, last: lostUntil, reason: 'gap' }, context);
    const first = lostUntil === undefined ? position : lostUntil + 1;
    const plan = { last, version: planVersion(mapping.version), settings: SETTINGS_DIGEST, policy };
    return this.#map(collected, { ...of, identity, first, last }, plan);
  }

  #map(collected: CollectedBatch, range: BatchRange, plan: Plan<Policy>): ReadyBatch<Policy> {
    const { mapping, signalType } = this.#options;
    const requests = collected.records.map(({ offset, appendedMillis, headers, value }) => ({
      offset,
      appendedMillis,
      tenant: headers[HEADER_TENANT] ?? '',
      bytes: value,
    }));
    const mapped = mapping.map(signalType, requests, plan.policy);
    const bytes = requests.reduce((sum, request) => sum + request.bytes.length, 0);
    return { range, plan, records: requests.length, bytes, mapped };
  }

  /** Steps 3 and 4; a batch of heartbeats alone sends nothing. */
  async #store(batch: ReadyBatch<Policy>, context: AttemptContext): Promise<void> {
    if (batch.records === 0) return;
    const { range, plan, mapped, records } = batch;
    await eachConcurrently(mapped.blocks, CONCURRENT_INSERTS, (block) =>
      this.#insert(block, blockToken(range, block, plan.version), context),
    );
    const rows = mapped.blocks.reduce((sum, block) => sum + block.rows, 0);
    const token = batchToken(range, plan.version);
    await persist(
      'recording a batch',
      () => this.#options.ledger.recordBatch({ ...range, token, records, rows }),
      context,
    );
    this.#count(batch);
    this.#options.mapping.release?.(mapped);
  }

  async #insert(block: TableBlock, token: string, context: AttemptContext): Promise<void> {
    const { store, metrics } = this.#options;
    const { table, columns, chunks, rows } = block;
    const seconds = metrics.insertSeconds.startTimer({ table });
    await persist(`an INSERT into ${table}`, () => store.insert({ table, columns, chunks, token }), context);
    seconds();
    metrics.rows.inc({ table }, rows);
    metrics.blockRows.observe({ table }, rows);
  }

  async #recordLoss(loss: LostRange, context: AttemptContext): Promise<void> {
    const { ledger, metrics, logger } = this.#options;
    const lost = loss.last - loss.first + 1;
    metrics.lostRecords.inc({ topic: loss.topic, reason: loss.reason }, lost);
    logger.error({ ...loss, lost }, 'log records are gone before they were stored');
    await persist('recording a loss', () => ledger.recordLoss(loss), context);
  }

  #count({ mapped, records, bytes }: ReadyBatch<Policy>): void {
    const { metrics, logger, of } = this.#options;
    const { topic } = of;
    metrics.batches.inc({ topic });
    metrics.records.inc({ topic }, records);
    metrics.bytes.inc({ topic }, bytes);
    for (const { reason, count } of mapped.rejected) metrics.rejectedRows.inc({ topic, reason }, count);
    for (const { reason, count } of mapped.doubts) metrics.doubtfulRows.inc({ topic, reason }, count);
    const [example] = mapped.undecodable;
    if (!example) return;
    metrics.undecodable.inc({ topic }, mapped.undecodable.length);
    logger.error(
      { ...of, undecodable: mapped.undecodable.length, example },
      'log records are not valid OTLP',
    );
  }

  #planned({ range, plan }: ReadyBatch<Policy>): string {
    return encodeState({ identity: range.identity, plan });
  }

  async #commit(offset: number, metadata: string): Promise<void> {
    const { log, group, of } = this.#options;
    await log.commit([{ group, ...of, offset, metadata }]);
  }

  /** The log records not stored yet. */
  async #measure(position: number): Promise<number> {
    const { log, of, metrics } = this.#options;
    const { next } = await log.bounds(of);
    metrics.position.set(this.#labels, position);
    metrics.lag.set(this.#labels, next - position);
    return next - position;
  }

  #context(signal: AbortSignal): AttemptContext {
    const { logger, metrics, backoff } = this.#options;
    return { ...this.#labels, signal, logger, metrics, backoff };
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof LogError && error.code === 'log-closed';
}

/** Runs the act for every item, a few at a time; rejects with the first failure when all that were begun have ended. */
async function eachConcurrently<Item>(
  items: readonly Item[],
  concurrency: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  let failure: { readonly error: unknown } | undefined;
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined && !failure; item = waiting.shift())
      try {
        await act(item);
      } catch (error) {
        failure ??= { error };
      }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  if (failure) throw failure.error;
}
