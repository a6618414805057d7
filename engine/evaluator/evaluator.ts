/**
 * The evaluator of the partitions of `valet_sli` this engine owns: partial counts in, alerts and results out.
 *
 * 1. Counts are taken in log order; definitions are refreshed after each read and before the counts.
 * 2. A checkpoint writes changed blocks, alerts and the offset behind the counts in one transaction: after a crash
 *    the counts since the last one are read again into the blocks of that one, and nothing is counted twice.
 * 3. Alerts are delivered, and results go to ClickHouse, after the checkpoint that names them; without ClickHouse the
 *    engine goes on.
 */
import type { Logger } from 'pino';
import { LogError } from '../../log/errors.ts';
import type { DurableLog, LogRead, TransactionAppend } from '../../log/types.ts';
import { SIGNALS, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import { kindOf } from '../core/alerts/alert-lanes.ts';
import { endOrphans } from '../core/evaluation/evaluate-instant.ts';
import type { EngineReplica } from '../core/replica.ts';
import { Gate } from '../gate.ts';
import type { EngineMetrics } from '../metrics.ts';
import type { ResultWriter } from '../results/result-writer.ts';
import type { Results } from '../results/results.ts';
import { advance } from './advance.ts';
import { checkpointRecords } from './checkpoint.ts';
import type { OwnerState, Share } from './share.ts';
import { Shares } from './shares.ts';
import { SourceEnds } from './source-ends.ts';

export interface EvaluatorOptions {
  readonly log: DurableLog;
  readonly replica: EngineReplica;
  readonly refreshDefinitions: () => Promise<void>;
  /** Absent when there is no ClickHouse. */
  readonly writer: ResultWriter | undefined;
  readonly makeResults: (partition: number) => Results;
  /** Told of each partition a checkpoint was committed for, and of each that is held no more. */
  readonly delivery: AlertOutlet | undefined;
  readonly latenessMillis: number;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
}

/** Where alerts go from here: only what was committed, so no other engine can say otherwise. */
export interface AlertOutlet {
  /** After a commit, the share's changes still being those it held. */
  committed(share: Share, nowMillis: number): void;
  left(partition: number): void;
}

/** Appends as the owner of a partition, with what it keeps from then on; false when another engine owns it by then. */
export type CommitAsOwner = (append: TransactionAppend, owner: OwnerState) => Promise<boolean>;

/** Raw bytes held at once, all partitions together. */
const READ_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES = 64 * 1024;
const MAX_RECORDS = 2000;
/** So many records in one read: there is likely more. */
const MANY_RECORDS = 500;
/** Blocks are written this often; alerts at once. */
const CHECKPOINT_MILLIS = 10_000;
/** The same for partitions without any SLO: all there is to write is where they are. */
const IDLE_CHECKPOINT_MILLIS = 60_000;
/** Taking counts gives way to evaluation after so long. */
const CONSUME_BUDGET_MILLIS = 200;
/** A step gives way to other work after so long; catching up goes on in the next. */
const STEP_BUDGET_MILLIS = 200;

/** See above; advanced by `step`. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #gate = new Gate();
  readonly #shares: Shares;
  #lastRoundMillis = Number.NEGATIVE_INFINITY;
  /** Open alerts that fired and were counted. */
  readonly #told = new Set<string>();
  #steps = 0;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    const { writer, delivery } = options;
    this.#shares = new Shares({
      ...options,
      onLeft: (partition) => {
        writer?.leave(partition);
        delivery?.left(partition);
      },
    });
  }

  /** Partitions given to this engine, taken up in the next step; one held already is taken up anew. */
  assign(partitions: readonly number[]): void {
    this.#shares.assign(partitions);
  }

  /** Gives partitions back; resolves when no work on them is under way. */
  revoke(partitions: readonly number[]): Promise<void> {
    this.#shares.revoke(partitions);
    return this.#gate.run(async () => this.#shares.forget(partitions));
  }

  /** Notes a slice whose counts changed; see `Results`. */
  changed(partition: number, slice: Parameters<Results['slice']>[0]): void {
    this.#shares.get(partition)?.results.slice(slice);
  }

  /**
   * Takes up what is new, takes counts, evaluates up to `nowMillis` and writes what came of it. Resolves with true
   * when there is more to do at once.
   */
  async step(nowMillis: number): Promise<boolean> {
    const hasMore = await this.#gate.run(() => this.#step(nowMillis));
    await this.#options.writer?.flush(nowMillis);
    return hasMore;
  }

  /** Takes up the partitions given to this engine. */
  takeUp(): Promise<void> {
    return this.#gate.run(() => this.#shares.takeUp());
  }

  /** Writes a checkpoint now, so that the next owners have nothing to repeat. */
  async checkpoint(nowMillis: number): Promise<void> {
    await this.#gate.run(() => this.#checkpoint(this.#shares.all(), nowMillis));
    await this.#options.writer?.flush(nowMillis);
  }

  /** Runs the act if this engine owns the partition; nothing else is committed for any partition meanwhile. */
  asOwner(
    partition: number,
    act: (owner: OwnerState, commit: CommitAsOwner) => Promise<void>,
  ): Promise<void> {
    return this.#gate.run(async () => {
      await this.#shares.takeUp();
      const share = this.#shares.get(partition);
      if (share === undefined) return;
      await act(share.commit.owner, async (append, owner) => {
        const commit = { offset: share.commit.offset, owner };
        return (await this.#shares.commit([{ share, append, commit }])).length > 0;
      });
    });
  }

  async #step(nowMillis: number): Promise<boolean> {
    const { replica, metrics, latenessMillis, log, logger } = this.#options;
    const stop = metrics.evaluation.startTimer();
    await this.#shares.takeUp();
    let hasMore = await this.#consumeAll();
    this.#measureLag(nowMillis);
    const ends = new SourceEnds(log);
    const deadline = performance.now() + STEP_BUDGET_MILLIS;
    for (const share of this.#inTurn()) {
      const changes = [];
      for (const signal of SIGNALS) {
        const options = { replica, nowMillis, latenessMillis, ends, deadline, logger };
        const advanced = await advance(share, signal, options);
        changes.push(...advanced.changes);
        hasMore ||= !advanced.isDone;
      }
      changes.push(...endOrphans(share.replica, { definitions: replica.definitions, atMillis: nowMillis }));
      share.changes.push(...changes);
      share.results.alerts(changes);
      share.results.capture();
    }
    stop();
    const due = this.#due(nowMillis);
    if (due.length > 0) await this.#checkpoint(due, nowMillis);
    return hasMore;
  }

  /** Another partition first each time: catching up may use the whole step. */
  #inTurn(): readonly Share[] {
    const shares = this.#shares.all();
    this.#steps += 1;
    const first = shares.length === 0 ? 0 : this.#steps % shares.length;
    return [...shares.slice(first), ...shares.slice(0, first)];
  }

  /** Takes counts until there are none, or for so long that evaluation would come late; true when there is likely more. */
  async #consumeAll(): Promise<boolean> {
    const deadline = performance.now() + CONSUME_BUDGET_MILLIS;
    for (;;) {
      const taken = await this.#consume();
      if (taken !== 'more' || performance.now() > deadline) return taken !== 'all';
    }
  }

  /** One read of every partition into the replica; `lost`: one of them has to be taken up anew. */
  async #consume(): Promise<'all' | 'more' | 'lost'> {
    const { refreshDefinitions } = this.#options;
    const shares = this.#shares.all();
    const maxBytes = Math.max(LEAST_BYTES, Math.floor(READ_BYTES / shares.length));
    const reads = await Promise.all(shares.map((share) => this.#read(share, maxBytes)));
    if (reads.some((read) => read !== undefined && read.records.length > 0)) await refreshDefinitions();
    let hasMore = false;
    for (const [index, share] of shares.entries()) {
      const read = reads[index];
      if (read === undefined) continue;
      const bytes = read.records.reduce((sum, { value }) => sum + value.length, 0);
      const isFull = read.records.length >= MANY_RECORDS || bytes >= maxBytes / 2;
      this.#apply(share, read);
      if (!isFull) share.isBehind = false;
      hasMore ||= isFull;
    }
    if (reads.includes(undefined)) return 'lost';
    return hasMore ? 'more' : 'all';
  }

  async #read(share: Share, maxBytes: number): Promise<LogRead | undefined> {
    const of = { topic: TOPIC_SLI, partition: share.partition };
    try {
      return await this.#options.log.read(of, share.replica.position, { maxBytes, maxRecords: MAX_RECORDS });
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'offset-out-of-range') throw error;
      // It is another log, or not all of it came back.
      this.#shares.retake(share);
      return undefined;
    }
  }

  #apply({ partition, replica }: Share, { from, records, next, free }: LogRead): void {
    const { metrics, logger } = this.#options;
    const lost = from - replica.position;
    if (lost > 0) {
      metrics.lost.inc({ topic: TOPIC_SLI }, lost);
      logger.error({ partition, records: lost }, 'partial counts are gone before they were evaluated');
    }
    for (const record of records) replica.applySli(record);
    replica.reached(next);
    free?.();
  }

  #measureLag(nowMillis: number): void {
    for (const signal of SIGNALS) {
      const heads = this.#shares.all().map(({ replica }) => replica.counts.headMillis(signal) ?? Infinity);
      const least = Math.min(...heads);
      if (least === Infinity) this.#options.metrics.lag.remove({ signal });
      else this.#options.metrics.lag.set({ signal }, Math.max(0, nowMillis - least) / 1000);
    }
  }

  #due(nowMillis: number): readonly Share[] {
    // Either way: a clock set back must not put checkpoints off.
    const isOlder = (thenMillis: number, millis: number) => Math.abs(nowMillis - thenMillis) >= millis;
    const isRound = isOlder(this.#lastRoundMillis, CHECKPOINT_MILLIS);
    if (isRound) this.#lastRoundMillis = nowMillis;
    return this.#shares.all().filter((share) => {
      if (share.changes.length > 0 || share.results.isFull) return true;
      if (!isRound) return false;
      const isUsed = share.replica.counts.all().next().done !== true;
      return isUsed || isOlder(share.lastCheckpointMillis, IDLE_CHECKPOINT_MILLIS);
    });
  }

  async #checkpoint(shares: readonly Share[], nowMillis: number): Promise<void> {
    const pieces = shares.map((share) => {
      const { commit, partition, replica } = share;
      const records = checkpointRecords(share, nowMillis);
      const owner = { ...commit.owner, checkpoint: commit.owner.checkpoint + 1 };
      return {
        share,
        append: { topic: TOPIC_STATE, partition, records },
        commit: { offset: replica.position, owner },
      };
    });
    for (const share of await this.#shares.commit(pieces)) {
      share.lastCheckpointMillis = nowMillis;
      share.results.release();
      this.#countAlerts(share);
      this.#options.delivery?.committed(share, nowMillis);
      share.changes = [];
    }
  }

  #countAlerts({ changes }: Share): void {
    for (const alert of changes) {
      const { id, slo, severity, endedAt, state, calmSince } = alert;
      if (endedAt !== null) this.#told.delete(id);
      else if (state === 'firing' && !this.#told.has(id)) {
        this.#told.add(id);
        // One that is calm began long ago, under another owner.
        if (calmSince === undefined) this.#options.metrics.alerts.inc({ slo, kind: kindOf(alert), severity });
      }
    }
  }
}
