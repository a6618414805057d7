/**
 * The engine role on a log: definitions, meters and evaluator, each advanced by a call. Nothing here waits for a
 * clock; `runEngine` does. All state is on the log: an engine can be dropped between any two calls and another one
 * opened on the same log goes on where it stopped.
 */
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DurableLog, Membership, TopicPartition } from '../log/types.ts';
import {
  GROUP_EVALUATOR,
  GROUP_METER,
  SIGNALS,
  type Signal,
  TOPIC_DEFINITIONS,
  TOPIC_OF_SIGNAL,
  TOPIC_SLI,
  TOPIC_STATE,
} from '../schemas/names.ts';
import type { Store } from '../store/types.ts';
import { countersOf } from './core/generations/counters-of.ts';
import { bindIndicator } from './core/meter/bind-indicator.ts';
import type { Counter } from './core/meter/counter.ts';
import type { DefinitionEntry } from './core/records/definition-record.ts';
import { EngineReplica } from './core/replica.ts';
import { DefinitionFeed } from './definitions/definition-feed.ts';
import { DefinitionPublisher } from './definitions/definition-publisher.ts';
import { Evaluator } from './evaluator/evaluator.ts';
import { Gate } from './gate.ts';
import { MeterRunner } from './meter/meter-runner.ts';
import { decodeMeterState } from './meter/meter-state.ts';
import { type EngineMetrics, engineMetrics } from './metrics.ts';
import { ResultWriter } from './results/result-writer.ts';
import { Results } from './results/results.ts';

export interface EngineOptions {
  readonly log: DurableLog;
  /** Where results go; undefined leaves them out. */
  readonly store: Store | undefined;
  /** Directory of the OpenSLO files. */
  readonly sloDir: string;
  /** How late an event may come and still be counted. */
  readonly latenessSeconds: number;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** See above; made by {@link Engine.open}. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #metrics: EngineMetrics;
  readonly #replica: EngineReplica;
  readonly #feed: DefinitionFeed;
  readonly #results: Results;
  readonly #publisher: DefinitionPublisher;
  /** Definitions are published between two commits of meters, never during one. */
  readonly #gate = new Gate();
  readonly #meters = new Map<string, MeterRunner>();
  readonly #memberships: Membership[] = [];
  #evaluator: Evaluator | undefined;
  #counters: { readonly version: number; readonly counters: readonly Counter[] } | undefined;

  private constructor(options: EngineOptions) {
    const { log, latenessSeconds, logger, now, registry, sloDir, store } = options;
    this.#options = options;
    this.#metrics = engineMetrics(registry);
    this.#replica = new EngineReplica({
      latenessSeconds,
      onSlice: (slo, generation, slice) => this.#results.slice(slo, generation, slice),
    });
    this.#feed = new DefinitionFeed(log, this.#replica);
    const writer = store && new ResultWriter({ store, metrics: this.#metrics, logger });
    this.#results = new Results({
      replica: this.#replica,
      definitionsVersion: () => this.#feed.version,
      ...(writer === undefined ? {} : { writer }),
      latenessSeconds,
      now,
    });
    const { definitions } = this.#replica;
    const hasData = (signal: Signal) => this.#hasData(signal);
    this.#publisher = new DefinitionPublisher({ log, sloDir, definitions, hasData, now, logger });
  }

  /**
   * Joins the log and takes up the state left on it. The otlp topics must exist; the engine's own are made.
   * Partitions of `valet_sli` are those assigned at the opening.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const { log } = options;
    await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup: 'compact' });
    await log.ensureTopic(TOPIC_STATE, { cleanup: 'compact' });
    await log.ensureTopic(TOPIC_SLI);
    const engine = new Engine(options);
    await engine.#join();
    return engine;
  }

  /** What the engine knows; for reading only. */
  get replica(): EngineReplica {
    return this.#replica;
  }

  /** Publishes what changed in the SLO directory; resolves with the number of records. */
  publishDefinitions(): Promise<number> {
    return this.#gate.run(async () => {
      await this.#feed.refresh();
      const published = await this.#publisher.publish();
      await this.#feed.refresh();
      return published;
    });
  }

  /** The meters of the partitions assigned, one each. */
  meters(): readonly MeterRunner[] {
    return [...this.#meters.values()];
  }

  /** One read and commit of a meter; resolves with the number of log records taken. */
  async meter(runner: MeterRunner, waitMillis = 0, signal?: AbortSignal): Promise<number> {
    const records = await runner.read(waitMillis, signal);
    if (records.length > 0) await this.#gate.run(() => runner.commit(records));
    return records.length;
  }

  /** One step of the evaluator up to now; true when there is more to do at once. */
  async evaluate(): Promise<boolean> {
    return (await this.#evaluator?.step(this.#options.now())) ?? false;
  }

  /** Writes the evaluator's state now; for an orderly end. */
  async checkpoint(): Promise<void> {
    await this.#evaluator?.checkpoint(this.#options.now());
  }

  /** Gives the partitions back. */
  async close(): Promise<void> {
    for (const membership of this.#memberships.splice(0)) await membership.close();
  }

  async #join(): Promise<void> {
    const { log } = this.#options;
    const topics = SIGNALS.map((signal) => TOPIC_OF_SIGNAL[signal]);
    const meters = await log.join(GROUP_METER, topics, {
      assigned: (partitions) => this.#assignMeters(partitions),
      revoked: (partitions) => {
        for (const { topic, partition } of partitions) this.#meters.delete(`${topic}/${partition}`);
        // A commit in flight ends first.
        return this.#gate.run(() => Promise.resolve());
      },
    });
    const sliPartitions: number[] = [];
    const evaluators = await log.join(GROUP_EVALUATOR, [TOPIC_SLI], {
      assigned: (partitions) => {
        sliPartitions.push(...partitions.map(({ partition }) => partition));
      },
      revoked: () => {
        this.#evaluator = undefined;
      },
    });
    this.#memberships.push(meters, evaluators);
    await this.#startEvaluator(sliPartitions);
  }

  #assignMeters(partitions: readonly TopicPartition[]): void {
    const { log, latenessSeconds, logger } = this.#options;
    for (const source of partitions) {
      const signal = SIGNALS.find((candidate) => TOPIC_OF_SIGNAL[candidate] === source.topic);
      if (signal === undefined) continue;
      const runner = new MeterRunner({
        log,
        signal,
        source,
        counters: () => this.#currentCounters(),
        latenessMillis: latenessSeconds * 1000,
        metrics: this.#metrics,
        logger,
      });
      this.#meters.set(`${source.topic}/${source.partition}`, runner);
    }
  }

  async #startEvaluator(partitions: readonly number[]): Promise<void> {
    const { log, latenessSeconds, logger } = this.#options;
    this.#evaluator = new Evaluator({
      log,
      partitions,
      replica: this.#replica,
      feed: this.#feed,
      results: this.#results,
      isMetered: (signal) => this.#isMetered(signal),
      latenessMillis: latenessSeconds * 1000,
      metrics: this.#metrics,
      logger,
    });
    await this.#evaluator.restore();
  }

  async #currentCounters(): Promise<readonly Counter[]> {
    await this.#feed.refresh();
    const { version } = this.#feed;
    if (this.#counters?.version !== version) {
      const entries = this.#replica.definitions.entries();
      this.#counters = { version, counters: entries.flatMap((entry) => this.#countersOf(entry)) };
    }
    return this.#counters.counters;
  }

  /** A definition published by another version may no longer be readable: it must not stop the others. */
  #countersOf(entry: DefinitionEntry): readonly Counter[] {
    try {
      return countersOf(entry, bindIndicator);
    } catch (error) {
      this.#options.logger.error({ err: error, slo: entry.slo }, 'SLO cannot be counted');
      return [];
    }
  }

  async #sources(signal: Signal): Promise<readonly TopicPartition[]> {
    const topic = TOPIC_OF_SIGNAL[signal];
    const count = await this.#options.log.partitionCount(topic);
    return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
  }

  async #hasData(signal: Signal): Promise<boolean> {
    for (const source of await this.#sources(signal)) {
      const committed = await this.#options.log.committed(GROUP_METER, source);
      if (committed && decodeMeterState(committed.metadata).headMillis !== undefined) return true;
    }
    return false;
  }

  async #isMetered(signal: Signal): Promise<boolean> {
    const { log } = this.#options;
    for (const source of await this.#sources(signal)) {
      const { next } = await log.bounds(source);
      const committed = await log.committed(GROUP_METER, source);
      if ((committed?.offset ?? 0) < next) return false;
    }
    return true;
  }
}
