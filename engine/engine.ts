/**
 * The engine role on a log: definitions, meters and evaluator, each advanced by a call. Nothing here waits for a
 * clock; `runEngine` does. All state is on the log: an engine can be dropped between any two calls and another one
 * opened on the same log goes on where it stopped.
 *
 * Any number of engines share the work: partitions of the otlp topics among their meters, those of `valet_sli` among
 * their evaluators. Both come and go at any time.
 */
import type { Logger } from 'pino';
import { keyPartition } from '../log/partition-choice.ts';
import { sourcePartitions, sourceTopics } from '../log/source-topics.ts';
import type { DurableLog, Membership, TopicPartition } from '../log/types.ts';
import {
  GROUP_EVALUATOR,
  GROUP_METER,
  SIGNALS,
  type Signal,
  signalOfTopic,
  TOPIC_DEFINITIONS,
  TOPIC_SLI,
  TOPIC_STATE,
} from '../schemas/names.ts';
import type { Store } from '../store/types.ts';
import type { CounterIndex } from './core/meter/counter-index.ts';
import { EngineReplica } from './core/replica.ts';
import { DefinitionFeed } from './definitions/definition-feed.ts';
import { DefinitionPublisher } from './definitions/definition-publisher.ts';
import type { AlertDelivery } from './delivery/alert-delivery.ts';
import { type AlertOutlet, type CommitAsOwner, Evaluator } from './evaluator/evaluator.ts';
import { Gate } from './gate.ts';
import { CurrentCounters } from './meter/current-counters.ts';
import { HeadsTold } from './meter/heads-told.ts';
import { MeterRunner } from './meter/meter-runner.ts';
import { decodeMeterState } from './meter/meter-state.ts';
import { type MeterStep, Meters } from './meter/meters.ts';
import type { EngineMetrics } from './metrics.ts';
import { ResultWriter } from './results/result-writer.ts';
import { Results } from './results/results.ts';

export interface EngineOptions {
  readonly log: DurableLog;
  /** Where results go; undefined leaves them out. */
  readonly store: Store | undefined;
  /** Where alerts go; undefined: nowhere. */
  readonly delivery?: Pick<AlertDelivery, 'committed' | 'left'> | undefined;
  /** Directory of the OpenSLO files. */
  readonly sloDir: string;
  /** Refuses SLO files that deviate from OpenSLO. @default false */
  readonly sloStrict?: boolean;
  /** How late an event may come and still be counted. */
  readonly latenessSeconds: number;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The partition whose owner publishes definitions. */
const PUBLISHER_PARTITION = 0;

/** See above; made by {@link Engine.create}. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #replica: EngineReplica;
  readonly #feed: DefinitionFeed;
  readonly #publisher: DefinitionPublisher;
  readonly #headsTold: HeadsTold;
  /** Definitions are published between two commits of meters, never during one. */
  readonly #gate = new Gate();
  readonly #meters: Meters;
  readonly #evaluator: Evaluator;
  readonly #memberships: Membership[] = [];
  readonly #counters: CurrentCounters;

  private constructor(options: EngineOptions, sliPartitions: number) {
    const { log, logger, now, metrics, sloDir, sloStrict = false, latenessSeconds, store } = options;
    this.#options = options;
    const partitionOf = (slo: string) => keyPartition(slo, sliPartitions);
    this.#replica = new EngineReplica({
      latenessSeconds,
      onSlice: (changed) => this.#evaluator.changed(changed.partition, changed),
    });
    this.#replica.placeBy(partitionOf);
    this.#feed = new DefinitionFeed(log, this.#replica);
    this.#headsTold = new HeadsTold(log);
    const { definitions } = this.#replica;
    this.#counters = new CurrentCounters(definitions, logger);
    this.#publisher = new DefinitionPublisher({
      sloDir,
      isStrict: sloStrict,
      definitions,
      hasData: (signal) => this.#hasData(signal),
      // One engine alone has one clock, and its gate.
      leadSlices: sliPartitions > 1 ? 1 : 0,
      now,
      logger,
    });
    this.#meters = new Meters({
      log,
      makeRunner: (source) => this.#makeRunner(source),
      isPublished: () => this.#isPublished(),
      counters: () => this.#currentCounters(),
      gate: this.#gate,
      partitions: sliPartitions,
      partitionOf,
    });
    this.#evaluator = this.#makeEvaluator(store && new ResultWriter({ store, metrics, logger }));
  }

  /** An engine that owns nothing yet. All topics must exist, `valet_state` with the partitions of `valet_sli`. */
  static async create(options: EngineOptions): Promise<Engine> {
    const topics = [TOPIC_SLI, TOPIC_STATE].map((topic) => options.log.partitionCount(topic));
    const [sli = 1, state = 0] = await Promise.all(topics);
    if (state < sli) {
      throw new RangeError(
        `Cannot keep the state as ${TOPIC_STATE} must have ${sli} partitions: current value is ${state}`,
      );
    }
    return new Engine(options, sli);
  }

  /** What the engine knows of the partitions it owns; for reading only. */
  get replica(): EngineReplica {
    return this.#replica;
  }

  /** Joins the other engines and takes up what is given to it. After a failure, call it again. */
  async join(): Promise<void> {
    const { log } = this.#options;
    const [meters, evaluators] = this.#memberships;
    const topics = await Promise.all(SIGNALS.map((signal) => sourceTopics(log, signal)));
    if (meters === undefined) {
      const membership = await log.join(GROUP_METER, topics.flat(), {
        assigned: (partitions) => this.#meters.assign(partitions),
        revoked: (partitions) => this.#meters.revoke(partitions),
      });
      this.#memberships.push(membership);
    }
    if (evaluators === undefined) {
      const membership = await log.join(GROUP_EVALUATOR, [TOPIC_SLI], {
        assigned: (partitions) => this.#evaluator.assign(partitions.map(({ partition }) => partition)),
        revoked: (partitions) => this.#evaluator.revoke(partitions.map(({ partition }) => partition)),
      });
      this.#memberships.push(membership);
    }
    await this.#evaluator.takeUp();
  }

  /** Publishes what changed in the SLO directory, if that is this engine's to do; resolves with the number of records. */
  async publishDefinitions(): Promise<number> {
    let published = 0;
    await this.#evaluator.asOwner(PUBLISHER_PARTITION, (owner, commit) =>
      this.#gate.run(async () => {
        await this.#feed.refresh();
        // What the owner before published may not show yet.
        if (this.#replica.definitions.published < owner.published) return;
        published = await this.#publish((append, number) => commit(append, { ...owner, published: number }));
        await this.#feed.refresh();
      }),
    );
    return published;
  }

  /** Waits for definitions another engine published, at most so long, and takes them. */
  awaitDefinitions(waitMillis: number, signal: AbortSignal): Promise<void> {
    return this.#feed.wait(waitMillis, signal);
  }

  /** One read of all meters and one commit, waiting up to `waitMillis` for records. */
  meter(waitMillis = 0, signal?: AbortSignal): Promise<MeterStep> {
    return this.#meters.step(waitMillis, signal);
  }

  /** Shows how far the meters are behind. */
  measure(): Promise<void> {
    return this.#meters.measure();
  }

  /** One step of the evaluator up to now; true when there is more to do at once. */
  evaluate(): Promise<boolean> {
    return this.#evaluator.step(this.#options.now());
  }

  /** Writes the evaluator's state now; for an orderly end. */
  checkpoint(): Promise<void> {
    return this.#evaluator.checkpoint(this.#options.now());
  }

  /** Gives the partitions back. */
  async close(): Promise<void> {
    for (const membership of this.#memberships.splice(0)) await membership.close();
  }

  async #publish(
    commit: (append: Parameters<CommitAsOwner>[0], number: number) => Promise<boolean>,
  ): Promise<number> {
    const publication = await this.#publisher.plan();
    if (publication === undefined) return 0;
    const { records, report } = publication;
    const append = { topic: TOPIC_DEFINITIONS, partition: 0, records };
    if (!(await commit(append, this.#replica.definitions.published + 1))) return 0;
    report();
    return records.length;
  }

  #makeRunner(source: TopicPartition): MeterRunner | undefined {
    const { log, latenessSeconds, logger, metrics } = this.#options;
    const signal = signalOfTopic(source.topic);
    if (signal === undefined) return undefined;
    return new MeterRunner({
      log,
      signal,
      source,
      lastTold: (name) => this.#headsTold.of(name),
      latenessMillis: latenessSeconds * 1000,
      metrics,
      logger,
    });
  }

  #makeEvaluator(writer: ResultWriter | undefined): Evaluator {
    const { log, latenessSeconds, logger, metrics, now } = this.#options;
    const replica = this.#replica;
    return new Evaluator({
      log,
      replica,
      refreshDefinitions: () => this.#feed.refresh(),
      writer,
      makeResults: (partition) =>
        new Results({ replica, partition, ...(writer && { writer }), latenessSeconds, now }),
      delivery: this.#makeOutlet(),
      latenessMillis: latenessSeconds * 1000,
      metrics,
      logger,
    });
  }

  #makeOutlet(): AlertOutlet | undefined {
    const { delivery } = this.#options;
    const replica = this.#replica;
    if (delivery === undefined) return undefined;
    return {
      committed({ partition, replica: { alertBook, evaluated }, changes }, nowMillis) {
        const { definitions } = replica;
        const slos = SIGNALS.flatMap((signal) => replica.slosOf(partition, signal));
        const changed = changes.map(({ slo }) => slo);
        delivery.committed({ partition, alertBook, changed, evaluated, definitions, slos }, nowMillis);
      },
      left: (partition) => delivery.left(partition),
    };
  }

  async #isPublished(): Promise<boolean> {
    const { definitions } = this.#replica;
    if (definitions.published === 0) await this.#feed.refresh();
    return definitions.published > 0;
  }

  async #currentCounters(): Promise<CounterIndex> {
    await this.#feed.refresh();
    return this.#counters.index();
  }

  /** Whether any event of a signal has been metered, by whichever engine. */
  async #hasData(signal: Signal): Promise<boolean> {
    const { log } = this.#options;
    const sources = await sourcePartitions(log, signal);
    const committed = await Promise.all(sources.map((source) => log.committed(GROUP_METER, source)));
    return committed.some((each) => decodeMeterState(each?.metadata ?? '').state.headMillis !== undefined);
  }
}
