/**
 * Meters one partition of an otlp topic: read → decode → count; `Meters` commits what came of it. A runner that was
 * told to forget its position takes up what was committed last.
 */
import type { Logger } from 'pino';
import { isSameLog } from '../../log/identity.ts';
import type {
  CommittedOffset,
  DurableLog,
  LogRead,
  ReadOptions,
  StoredRecord,
  TopicPartition,
} from '../../log/types.ts';
import { type BatchDecoder, createDecoder } from '../../otlp/columns/decode.ts';
import type { Batch } from '../../otlp/columns/types.ts';
import { GROUP_METER, HEADER_HEARTBEAT, HEADER_TENANT, type Signal } from '../../schemas/names.ts';
import type { SliSource, SliWatermark } from '../../schemas/records-sli.ts';
import type { Partial } from '../core/meter/counter.ts';
import type { CounterIndex } from '../core/meter/counter-index.ts';
import { type Metered, type MeterState, meterBatch } from '../core/meter/meter-batch.ts';
import type { EngineMetrics } from '../metrics.ts';
import { decodeMeterState, encodeMeterState } from './meter-state.ts';

export interface MeterRunnerOptions {
  readonly log: DurableLog;
  readonly signal: Signal;
  readonly source: TopicPartition;
  /** Where `valet_sli` says that the source's meter is: for offsets the log has lost. */
  readonly lastTold: (source: string) => Promise<SliSource | undefined>;
  readonly latenessMillis: number;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
}

/** What a read comes to, to be committed. */
export interface MeterPiece {
  readonly runner: MeterRunner;
  readonly source: TopicPartition;
  readonly partials: readonly Partial[];
  readonly watermark: SliWatermark;
  readonly committed: CommittedOffset;
  /** To be called once it is committed. */
  readonly done: () => void;
}

interface Position {
  readonly identity: string;
  readonly offset: number;
  readonly state: MeterState;
}

/** One partition's meter; see above. */
export class MeterRunner {
  readonly #options: MeterRunnerOptions;
  readonly #decoder: BatchDecoder;
  #position: Position | undefined;
  #isRetired = false;

  constructor(options: MeterRunnerOptions) {
    this.#options = options;
    this.#decoder = createDecoder(options.signal);
  }

  /** Takes up what was committed when it has to, then reads. */
  async read(options: ReadOptions): Promise<LogRead> {
    const { log, source } = this.#options;
    this.#position ??= await this.#restore();
    return await log.read(source, this.#position.offset, { ...options, giveDamaged: true });
  }

  /** Whether a read moves the meter on. */
  isNews({ next }: LogRead): boolean {
    return this.#position !== undefined && next > this.#position.offset;
  }

  /** Counts what the last read found. */
  count({ from, records, next }: LogRead, counters: CounterIndex): MeterPiece {
    const { source, latenessMillis } = this.#options;
    if (this.#position === undefined) throw new TypeError('Cannot count before anything was read');
    const { identity, offset, state } = this.#position;
    const marked = records.map((record) => ({ ...record, heartbeat: HEADER_HEARTBEAT in record.headers }));
    const batch = this.#decode(marked.filter(({ heartbeat }) => !heartbeat));
    const metered = meterBatch({
      // The time of a damaged record may be damaged as well: it tells the meter nothing.
      records: marked.filter(({ damage }) => damage === undefined),
      ...(batch === undefined ? {} : { batch }),
      counters,
      latenessMillis,
      state,
    });
    const position = { identity, offset: next, state: metered.state };
    return {
      runner: this,
      source,
      partials: metered.partials,
      watermark: this.#watermark(metered, position),
      committed: { offset: next, metadata: encodeMeterState(metered.state, identity) },
      done: () => {
        this.#position = position;
        this.#report(metered, batch);
        if (from > offset) this.#reportLoss(from - offset);
      },
    };
  }

  /** Shows how many log records it is behind. */
  async measure(): Promise<void> {
    const { log, source, metrics } = this.#options;
    const { next } = await log.bounds(source);
    if (this.#isRetired || this.#position === undefined) return;
    metrics.lagRecords.set({ ...source }, Math.max(0, next - this.#position.offset));
  }

  /** The partition is another's, or another runner's: it has no figures here. */
  retire(): void {
    this.#isRetired = true;
    this.#options.metrics.lagRecords.remove({ ...this.#options.source });
  }

  /** What was committed last is taken up before the next read: it may not be what this runner believes. */
  forget(): void {
    this.#position = undefined;
  }

  async #restore(): Promise<Position> {
    const { log, source, logger } = this.#options;
    const committed = await log.committed(GROUP_METER, source);
    const [identity, { first, next }] = await Promise.all([log.identity(source.topic), log.bounds(source)]);
    const known = committed ? fromCommit(committed) : await this.#fromTold();
    if (known === undefined) return { identity, offset: first, state: {} };
    const isOurs = known.identity === undefined || isSameLog(known.identity, identity);
    if (isOurs && known.offset <= next) return { identity, offset: known.offset, state: known.state };
    logger.error({ ...source, ...known, first, next }, 'the log begins anew: it is metered from its start');
    return { identity, offset: first, state: {} };
  }

  /** Kafka drops what an idle group committed; what is counted already is still told beside the counts. */
  async #fromTold() {
    const { source, lastTold, logger } = this.#options;
    const told = await lastTold(nameOf(source));
    if (told?.next === undefined) return undefined;
    logger.warn({ ...told }, 'the committed offset is gone: the one told beside the counts is taken up');
    const { identity, next, headMillis, dataMillis } = told;
    const state = headMillis === null || dataMillis === null ? {} : { headMillis, dataMillis };
    return { identity, offset: next, state };
  }

  #watermark({ alive, state }: Metered, { identity, offset }: Position): SliWatermark {
    return {
      signal: this.#options.signal,
      source: nameOf(this.#options.source),
      identity,
      next: offset,
      headMillis: state.headMillis ?? null,
      dataMillis: state.dataMillis ?? null,
      alive,
    };
  }

  #decode(records: readonly StoredRecord[]): Batch | undefined {
    if (records.length === 0) return undefined;
    const batch = this.#decoder.decode(
      records.map(({ offset, appendedMillis, headers, value, damage }) => {
        return { offset, appendedMillis, tenant: headers[HEADER_TENANT] ?? '', bytes: value, damage };
      }),
    );
    this.#options.metrics.decoded(batch);
    return batch;
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

function fromCommit({ offset, metadata }: CommittedOffset) {
  return { offset, ...decodeMeterState(metadata) };
}

/** A source as records name it: `otlp_spans/0`. */
function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
