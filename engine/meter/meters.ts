/**
 * The meters of the otlp partitions this engine owns, all in step: read → count → one transaction with the counts,
 * the watermarks and the offsets read to, each meter's running state beside its offset. A crash before the
 * transaction repeats the reads, one after it goes on behind them: nothing is counted twice or lost.
 *
 * 1. Nothing is counted before definitions were published once: the first SLOs count from the beginning.
 * 2. Definitions are asked for after each read, so those published before the data are in.
 * 3. After a transaction that failed, whichever way, positions are those the log has: it may have been committed.
 * 4. A partition another member has taken over is left to it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../../log/errors.ts';
import type { DurableLog, LogRead, TopicPartition, Transaction } from '../../log/types.ts';
import { GROUP_METER } from '../../schemas/names.ts';
import type { CounterIndex } from '../core/meter/counter-index.ts';
import { transactParts } from '../fenced.ts';
import type { Gate } from '../gate.ts';
import type { MeterPiece, MeterRunner } from './meter-runner.ts';
import { type SliAppendOptions, sliAppends } from './sli-appends.ts';

export interface MetersOptions extends SliAppendOptions {
  readonly log: DurableLog;
  readonly makeRunner: (source: TopicPartition) => MeterRunner | undefined;
  /** Whether definitions were ever published. */
  readonly isPublished: () => Promise<boolean>;
  /** The counters in force. */
  readonly counters: () => Promise<CounterIndex>;
  /** Definitions are published between two commits of meters, never during one. */
  readonly gate: Gate;
}

/** What a step did. */
export interface MeterStep {
  /** Log records taken. */
  readonly records: number;
  /** A partition may hold more than was read. */
  readonly hasMore: boolean;
}

interface Found {
  readonly runner: MeterRunner;
  readonly read: LogRead;
}

/** Raw bytes held at once, all partitions together. */
const STEP_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES = 256 * 1024;
const MAX_RECORDS = 2000;
/** So many records in one read: there is likely more. */
const MANY_RECORDS = 200;
/** When one partition has records, the others get so long to come up with theirs. */
const GRACE_MILLIS = 10;
/** With nothing to read from. */
const REST_MILLIS = 500;

/** See above. */
export class Meters {
  readonly #options: MetersOptions;
  readonly #runners = new Map<string, MeterRunner>();
  #waiting = new AbortController();

  constructor(options: MetersOptions) {
    this.#options = options;
  }

  /** Takes partitions on; one held already is taken up anew. */
  assign(sources: readonly TopicPartition[]): void {
    for (const source of sources) {
      const runner = this.#options.makeRunner(source);
      if (!runner) continue;
      this.#retire(source);
      this.#runners.set(keyOf(source), runner);
    }
    this.#waiting.abort();
  }

  /** Gives partitions back; resolves when no commit of theirs is under way. */
  revoke(sources: readonly TopicPartition[]): Promise<void> {
    for (const source of sources) this.#retire(source);
    this.#waiting.abort();
    return this.#options.gate.run(() => Promise.resolve());
  }

  /**
   * One read of every partition and one commit; waits up to `waitMillis` for records. Not before the step before it
   * has ended.
   */
  async step(waitMillis: number, signal?: AbortSignal): Promise<MeterStep> {
    const waiting = new AbortController();
    const end = () => waiting.abort();
    this.#waiting = waiting;
    signal?.addEventListener('abort', end);
    try {
      const isReady = this.#runners.size > 0 && (await this.#options.isPublished());
      const restMillis = Math.min(waitMillis, REST_MILLIS);
      if (!isReady) await sleep(restMillis, undefined, { signal: waiting.signal }).catch(() => undefined);
      return isReady ? await this.#take(waitMillis, waiting) : { records: 0, hasMore: false };
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  /** Shows how far each meter is behind. */
  async measure(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.measure()));
  }

  #retire(source: TopicPartition): void {
    this.#runners.get(keyOf(source))?.retire();
    this.#runners.delete(keyOf(source));
  }

  async #take(waitMillis: number, waiting: AbortController): Promise<MeterStep> {
    const found = await this.#readAll(waitMillis, waiting);
    const step = {
      records: found.reduce((sum, { read }) => sum + read.records.length, 0),
      hasMore: found.some(({ read }) => this.#isFull(read)),
    };
    if (found.length > 0) await this.#options.gate.run(() => this.#commit(found));
    for (const { read } of found) read.free?.();
    return step;
  }

  get #maxBytes(): number {
    return Math.max(LEAST_BYTES, Math.floor(STEP_BYTES / this.#runners.size));
  }

  #isFull({ records }: LogRead): boolean {
    const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
    return records.length >= MANY_RECORDS || bytes >= this.#maxBytes / 2;
  }

  /** The reads that move their meter on. Ends all waits soon after the first of them. */
  async #readAll(waitMillis: number, waiting: AbortController): Promise<readonly Found[]> {
    const { signal } = waiting;
    const options = { maxBytes: this.#maxBytes, maxRecords: MAX_RECORDS, waitMillis, signal };
    let grace: NodeJS.Timeout | undefined;
    const reads = [...this.#runners.values()].map(async (runner): Promise<Found> => {
      const read = await this.#readOne(runner, options);
      if (runner.isNews(read)) grace ??= setTimeout(() => waiting.abort(), GRACE_MILLIS);
      return { runner, read };
    });
    try {
      const found = await Promise.all(reads);
      return found.filter(({ runner, read }) => runner.isNews(read));
    } finally {
      clearTimeout(grace);
      waiting.abort();
      await Promise.allSettled(reads);
    }
  }

  async #readOne(runner: MeterRunner, options: Parameters<MeterRunner['read']>[0]): Promise<LogRead> {
    try {
      return await runner.read(options);
    } catch (error) {
      // The log ends before the position: it is another one, or not all of it came back.
      if (error instanceof LogError && error.code === 'offset-out-of-range') runner.forget();
      throw error;
    }
  }

  async #commit(found: readonly Found[]): Promise<void> {
    const { log, counters } = this.#options;
    const inForce = await counters();
    const owned = new Set(this.#runners.values());
    const pieces = found
      .filter(({ runner }) => owned.has(runner))
      .map(({ runner, read }) => runner.count(read, inForce));
    if (pieces.length === 0) return;
    try {
      const fenced = await transactParts(log, { parts: pieces, build: (parts) => this.#transaction(parts) });
      for (const piece of pieces) if (!fenced.has(piece)) piece.done();
      for (const { source, runner } of fenced) {
        if (this.#runners.get(keyOf(source)) === runner) this.#retire(source);
      }
    } catch (error) {
      for (const { runner } of pieces) runner.forget();
      throw error;
    }
  }

  #transaction(pieces: readonly MeterPiece[]): Transaction {
    return {
      appends: sliAppends(pieces, this.#options),
      commits: pieces.map(({ source, committed }) => ({ group: GROUP_METER, ...source, ...committed })),
    };
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
