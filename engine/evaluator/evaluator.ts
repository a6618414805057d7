/**
 * The evaluator: partial counts in, alerts and results out.
 *
 * 1. Counts are taken from `valet_sli` in log order; definitions are refreshed after each read and before the counts.
 * 2. A checkpoint writes changed blocks, alerts and the offset behind the counts in one transaction: after a crash
 *    the counts since the last one are read again into the blocks of that one, and nothing is counted twice.
 * 3. Results for ClickHouse go first, when it answers; without it the engine goes on. News goes before them: an alert
 *    waits for no insert.
 */
import type { Logger } from 'pino';
import type { DurableLog, NewRecord } from '../../log/types.ts';
import { GROUP_EVALUATOR, SIGNALS, type Signal, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import { endOrphans, evaluateInstant } from '../core/evaluation/evaluate-instant.ts';
import { isLive, planSteps } from '../core/evaluation/plan-steps.ts';
import type { EngineReplica } from '../core/replica.ts';
import { sliceAt, sliceMillis } from '../core/slices/slice.ts';
import type { AlertRecord } from '../core/types.ts';
import type { DefinitionFeed } from '../definitions/definition-feed.ts';
import type { EngineMetrics } from '../metrics.ts';
import type { Results } from '../results/results.ts';
import { changedRecords, deleteAlert, deleteBlock, progressRecord, stateRecord } from './checkpoint.ts';

export interface EvaluatorOptions {
  readonly log: DurableLog;
  /** Partitions of `valet_sli` to evaluate. */
  readonly partitions: readonly number[];
  readonly replica: EngineReplica;
  readonly feed: DefinitionFeed;
  readonly results: Results;
  /** Whether every record of a signal has been metered. */
  readonly isMetered: (signal: Signal) => Promise<boolean>;
  readonly latenessMillis: number;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
}

const READ = { maxBytes: 4 * 1024 * 1024, maxRecords: 2000 } as const;
/** Blocks are written this often; alerts at once. */
const CHECKPOINT_MILLIS = 10_000;
/** A step gives way to other work after so long; catching up goes on in the next. */
const STEP_BUDGET_MILLIS = 200;
/** Edges this far ahead of the clock were evaluated by a wrong one; a smaller step back is waited out. */
const CLOCK_AHEAD_MILLIS = 60_000;
const ALERT_HISTORY_MILLIS = 90 * 86_400_000;

/** See above. `restore` first, then `step` by `step`. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  #lastCheckpointMillis = Number.NEGATIVE_INFINITY;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** Takes up definitions and the state of the last checkpoint. */
  async restore(): Promise<void> {
    const { log, replica, feed, results, metrics, logger, partitions } = this.#options;
    await feed.refresh();
    for (let next = 0; ; ) {
      const read = await log.read({ topic: TOPIC_STATE, partition: 0 }, next);
      for (const record of read.records) replica.apply(TOPIC_STATE, record);
      if (read.next === next) break;
      next = read.next;
    }
    for (const partition of partitions) {
      const { first } = await log.bounds({ topic: TOPIC_SLI, partition });
      const lost = first - replica.position(partition);
      if (lost <= 0) continue;
      metrics.lost.inc({ topic: TOPIC_SLI }, lost);
      logger.error({ partition, records: lost }, 'partial counts are gone before they were evaluated');
    }
    results.recover();
  }

  /**
   * Takes new counts, evaluates up to `nowMillis` and writes what came of it. Resolves with true when there is more
   * to do at once.
   */
  async step(nowMillis: number): Promise<boolean> {
    const { replica, metrics, results } = this.#options;
    const stop = metrics.evaluation.startTimer();
    const isDrained = await this.#consume();
    const deadline = performance.now() + STEP_BUDGET_MILLIS;
    const changes: AlertRecord[] = [];
    let isDone = isDrained;
    for (const signal of SIGNALS) {
      const done = await this.#advance(signal, { nowMillis, isDrained, deadline, changes });
      isDone &&= done;
    }
    changes.push(...endOrphans(replica, nowMillis));
    results.alerts(changes);
    results.capture();
    stop();
    // Either way: a clock set back must not put checkpoints off.
    const isDue = Math.abs(nowMillis - this.#lastCheckpointMillis) >= CHECKPOINT_MILLIS;
    if (changes.length > 0 || isDue) await this.#checkpoint(nowMillis, changes);
    else if (results.isFull) await results.flush(nowMillis);
    return !isDone;
  }

  /** Writes a checkpoint now, so that the next start has nothing to repeat. */
  checkpoint(nowMillis: number): Promise<void> {
    return this.#checkpoint(nowMillis, []);
  }

  /** Reads what there is, up to a limit, into the replica; true when the ends were reached. */
  async #consume(): Promise<boolean> {
    const { log, replica, feed, partitions } = this.#options;
    let isDrained = true;
    for (const partition of partitions) {
      const { records } = await log.read({ topic: TOPIC_SLI, partition }, replica.position(partition), READ);
      await feed.refresh();
      for (const record of records) replica.apply(TOPIC_SLI, record, partition);
      const { next } = await log.bounds({ topic: TOPIC_SLI, partition });
      isDrained &&= replica.position(partition) >= next;
    }
    return isDrained;
  }

  /** Evaluates one signal's instants in order; false when the deadline came first. */
  async #advance(
    signal: Signal,
    step: {
      readonly nowMillis: number;
      readonly isDrained: boolean;
      readonly deadline: number;
      readonly changes: AlertRecord[];
    },
  ): Promise<boolean> {
    const { replica, latenessMillis, metrics, results } = this.#options;
    const { nowMillis, isDrained, deadline, changes } = step;
    const headMillis = replica.counts.headMillis(signal);
    const dataMillis = replica.counts.dataMillis(signal);
    const firstSlice = replica.counts.liveness[signal].timeline.firstSlice();
    if (headMillis === undefined || dataMillis === undefined || firstSlice === undefined) return true;
    metrics.lag.set({ signal }, Math.max(0, nowMillis - headMillis) / 1000);
    const drained = isDrained && (await this.#options.isMetered(signal));
    const live = isLive({ headMillis, dataMillis, nowMillis, isDrained: drained });
    const evaluated = this.#evaluatedBefore(signal, nowMillis);
    const plan = { evaluated, firstSlice, headMillis, latenessMillis, nowMillis, isLive: live };
    const { from, to } = planSteps(plan);
    for (let slice = from; slice <= to; slice += 1) {
      const atMillis = sliceMillis(slice);
      changes.push(...evaluateInstant(replica, { signal, atMillis, nowMillis }));
      replica.evaluated.set(signal, slice);
      results.edge(signal, slice, nowMillis);
      if (slice < to && performance.now() > deadline) return false;
    }
    // A clock set back waits until it is past the last edge again.
    const isForward = (evaluated ?? to) <= to;
    if (live && isForward) {
      replica.evaluated.set(signal, to);
      if (nowMillis > sliceMillis(to)) {
        changes.push(...evaluateInstant(replica, { signal, atMillis: nowMillis, nowMillis }));
      }
    }
    return true;
  }

  /** The last edge evaluated; what a clock far ahead passed over counts as not evaluated once it is set right. */
  #evaluatedBefore(signal: Signal, nowMillis: number): number | undefined {
    const { replica, logger } = this.#options;
    const evaluated = replica.evaluated.get(signal);
    if (evaluated === undefined || sliceMillis(evaluated) - nowMillis < CLOCK_AHEAD_MILLIS) return evaluated;
    logger.warn(
      { signal, secondsAhead: sliceMillis(evaluated) / 1000 - nowMillis / 1000 },
      'clock was set back',
    );
    replica.evaluated.set(signal, sliceAt(nowMillis));
    return sliceAt(nowMillis);
  }

  async #checkpoint(nowMillis: number, changes: readonly AlertRecord[]): Promise<void> {
    const { log, replica, results, partitions, metrics } = this.#options;
    const isNews = changes.some(({ retroactive }) => !retroactive);
    if (!isNews) await results.flush(nowMillis);
    const unwritten = results.unwritten();
    const forgotten = [...replica.evaluated].flatMap(([signal, slice]) => replica.forget(signal, slice));
    const records: NewRecord[] = [
      ...changedRecords(replica),
      ...forgotten.map(deleteBlock),
      ...this.#forgetAlerts(nowMillis),
      ...changes.map((alert) => stateRecord({ kind: 'alert', alert })),
      ...partitions.map((partition) => progressRecord(replica, partition, unwritten)),
    ];
    await log.transact({
      appends: [{ topic: TOPIC_STATE, partition: 0, records }],
      commits: partitions.map((partition) => {
        const offset = replica.position(partition);
        return { group: GROUP_EVALUATOR, topic: TOPIC_SLI, partition, offset, metadata: '' };
      }),
    });
    this.#lastCheckpointMillis = nowMillis;
    if (isNews) await results.flush(nowMillis);
    for (const { slo, severity } of changes.filter(
      ({ endedAt, state }) => endedAt === null && state === 'firing',
    )) {
      metrics.alerts.inc({ slo, severity });
    }
  }

  #forgetAlerts(nowMillis: number): readonly NewRecord[] {
    const { alertBook } = this.#options.replica;
    const oldest = new Date(nowMillis - ALERT_HISTORY_MILLIS).toISOString();
    const old = alertBook.newestFirst().filter(({ endedAt }) => endedAt !== null && endedAt < oldest);
    return old.map(({ id }) => {
      alertBook.delete(id);
      return deleteAlert(id);
    });
  }
}
