/**
 * Meters one partition of an otlp topic: read → decode → count → one transaction with the partial counts, the
 * watermark and the offset read to, the meter's running state beside it. A crash before the transaction repeats the
 * read, one after it goes on behind it: nothing is counted twice or lost.
 */
import type { Logger } from 'pino';
import type { DurableLog, StoredRecord, TopicPartition, TransactionAppend } from '../../log/types.ts';
import { type BatchDecoder, createDecoder } from '../../otlp/columns/decode.ts';
import type { Batch } from '../../otlp/columns/types.ts';
import { GROUP_METER, HEADER_HEARTBEAT, HEADER_TENANT, type Signal, TOPIC_SLI } from '../../schemas/names.ts';
import type { SliRecord, SliSlice } from '../../schemas/records-sli.ts';
import type { Counter, Partial } from '../core/meter/counter.ts';
import { type Metered, type MeterState, meterBatch } from '../core/meter/meter-batch.ts';
import { encodeJson } from '../core/records/json-record.ts';
import type { EngineMetrics } from '../metrics.ts';
import { decodeMeterState, encodeMeterState } from './meter-state.ts';

export interface MeterRunnerOptions {
  readonly log: DurableLog;
  readonly signal: Signal;
  readonly source: TopicPartition;
  /** The counters in force; asked after each read, so definitions published before the data are in. */
  readonly counters: () => Promise<readonly Counter[]>;
  readonly latenessMillis: number;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
}

const READ = { maxBytes: 8 * 1024 * 1024, maxRecords: 2000 } as const;

/** One partition's meter; `step` by `step`. */
export class MeterRunner {
  readonly #options: MeterRunnerOptions;
  readonly #decoder: BatchDecoder;
  #position: { offset: number; state: MeterState } | undefined;

  constructor(options: MeterRunnerOptions) {
    this.#options = options;
    this.#decoder = createDecoder(options.signal);
  }

  /** Reads records, waiting up to `waitMillis` for some; `commit` takes them. */
  async read(waitMillis: number, signal?: AbortSignal): Promise<readonly StoredRecord[]> {
    const { log, source } = this.#options;
    this.#position ??= await this.#restore();
    const options = { ...READ, waitMillis, ...(signal === undefined ? {} : { signal }) };
    const { from, records } = await log.read(source, this.#position.offset, options);
    if (from > this.#position.offset) this.#reportLoss(from - this.#position.offset);
    return records;
  }

  /** Counts the records and commits the counts with the offset behind them. */
  async commit(records: readonly StoredRecord[]): Promise<void> {
    const { log, source, counters, latenessMillis } = this.#options;
    const last = records.at(-1);
    if (last === undefined || this.#position === undefined) return;
    const marked = records.map((record) => ({ ...record, heartbeat: HEADER_HEARTBEAT in record.headers }));
    const batch = this.#decode(marked.filter(({ heartbeat }) => !heartbeat));
    const metered = meterBatch({
      records: marked,
      ...(batch === undefined ? {} : { batch }),
      counters: await counters(),
      latenessMillis,
      state: this.#position.state,
    });
    const offset = last.offset + 1;
    const metadata = encodeMeterState(metered.state);
    await log.transact({
      appends: await this.#appends(metered),
      commits: [{ group: GROUP_METER, ...source, offset, metadata }],
    });
    this.#position = { offset, state: metered.state };
    this.#report(metered, batch);
  }

  async #restore(): Promise<{ offset: number; state: MeterState }> {
    const { log, source } = this.#options;
    const committed = await log.committed(GROUP_METER, source);
    if (committed === undefined) return { offset: (await log.bounds(source)).first, state: {} };
    return { offset: committed.offset, state: decodeMeterState(committed.metadata) };
  }

  #decode(records: readonly StoredRecord[]): Batch | undefined {
    if (records.length === 0) return undefined;
    return this.#decoder.decode(
      records.map(({ offset, appendedMillis, headers, value }) => {
        return { offset, appendedMillis, tenant: headers[HEADER_TENANT] ?? '', bytes: value };
      }),
    );
  }

  /** Counts go to the SLO's partition, the watermark to all of them, after the counts it stands for. */
  async #appends({ partials, alive, state }: Metered): Promise<readonly TransactionAppend[]> {
    const { log, signal, source } = this.#options;
    const watermark = {
      kind: 'watermark',
      signal,
      source: `${source.topic}/${source.partition}`,
      headMillis: state.headMillis ?? null,
      dataMillis: state.dataMillis ?? null,
      alive,
    } satisfies SliRecord;
    const partitions = await log.partitionCount(TOPIC_SLI);
    return [
      ...partials.map((partial) => ({ topic: TOPIC_SLI, records: [countsRecord(partial)] })),
      ...Array.from({ length: partitions }, (_, partition) => {
        return { topic: TOPIC_SLI, partition, records: [{ value: encodeJson(watermark) }] };
      }),
    ];
  }

  #report({ partials, tally }: Metered, batch: Batch | undefined): void {
    const { metrics, signal, logger } = this.#options;
    metrics.events.inc({ signal }, tally.rows);
    metrics.uncounted.inc({ signal, reason: 'out-of-range' }, tally.outOfRange);
    for (const { offset, reason } of batch?.undecodable ?? []) {
      metrics.uncounted.inc({ signal, reason: 'undecodable' });
      logger.warn({ signal, offset, reason }, 'request cannot be decoded and is not counted');
    }
    for (const { slo, slices } of partials) {
      const late = slices.reduce((sum, slice) => sum + slice.late, 0);
      if (late > 0) metrics.late.inc({ slo }, late);
    }
  }

  #reportLoss(records: number): void {
    const { metrics, logger, source } = this.#options;
    metrics.lost.inc({ topic: source.topic }, records);
    logger.error({ ...source, records }, 'log records are gone before they were metered');
  }
}

function countsRecord({ slo, generation, slices }: Partial): { key: string; value: Uint8Array } {
  const encoded = slices.map(
    ({ slice, good, total, late, sampleTraceIds }): SliSlice => [slice, good, total, late, ...sampleTraceIds],
  );
  const record: SliRecord = { kind: 'counts', slo, generation, slices: encoded };
  return { key: slo, value: encodeJson(record) };
}
