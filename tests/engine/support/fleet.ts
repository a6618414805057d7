/** Several engines on one log, in step with one clock, in one SLO directory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { EngineReplica } from '../../../engine/core/replica.ts';
import { Engine, type EngineOptions } from '../../../engine/engine.ts';
import { Gate } from '../../../engine/gate.ts';
import type { MeterStep } from '../../../engine/meter/meters.ts';
import { engineMetrics } from '../../../engine/metrics.ts';
import { LogError } from '../../../log/errors.ts';
import { keyPartition } from '../../../log/partition-choice.ts';
import type { DurableLog } from '../../../log/types.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../../schemas/names.ts';
import type { Store } from '../../../store/types.ts';
import { makeTopics, type TopicPartitions } from './harness.ts';
import { type ClusterHandle, LogCluster } from './log-cluster.ts';

export interface FleetOptions extends TopicPartitions {
  readonly nowMillis: number;
  readonly latenessSeconds: number;
  readonly files: Readonly<Record<string, string>>;
  readonly store?: Store;
  /** Where the alerts of an engine go that starts now. */
  readonly makeDelivery?: () => EngineOptions['delivery'];
}

/** An engine and the handle it has the log by. */
export interface FleetEngine {
  readonly engine: Engine;
  readonly handle: ClusterHandle;
  /** One step of the meters, after those that have begun. */
  meter(): Promise<MeterStep>;
}

/** See above. */
export class Fleet {
  readonly cluster: LogCluster;
  readonly engines: FleetEngine[] = [];
  nowMillis: number;
  readonly #options: FleetOptions;
  readonly #sloDir: string;

  private constructor(sloDir: string, options: FleetOptions) {
    this.#sloDir = sloDir;
    this.#options = options;
    this.nowMillis = options.nowMillis;
    this.cluster = new LogCluster(() => this.nowMillis);
  }

  /** No engine yet. */
  static async create(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(await mkdtemp(join(tmpdir(), 'valet-fleet-')), options);
    // Kafka keeps what is replaced by records that are not shown yet; the log in memory would drop it at once.
    await makeTopics(fleet.cluster.log, { ...options, cleanup: 'delete' });
    for (const [name, text] of Object.entries(options.files)) await fleet.write(name, text);
    return fleet;
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.#sloDir, name), text);
  }

  /** One more engine, which joins the others and publishes, by a clock of its own. */
  async start(clockAheadMillis = 0): Promise<FleetEngine> {
    const started = await this.join(clockAheadMillis);
    await started.engine.publishDefinitions();
    return started;
  }

  /** One more engine, which has only joined so far. */
  async join(clockAheadMillis = 0): Promise<FleetEngine> {
    const handle = this.cluster.open();
    const { latenessSeconds, makeDelivery, store } = this.#options;
    const engine = await Engine.create({
      log: handle,
      store,
      delivery: makeDelivery?.(),
      sloDir: this.#sloDir,
      latenessSeconds,
      metrics: engineMetrics(new Registry()),
      logger: pino({ level: 'silent' }),
      now: () => this.nowMillis + clockAheadMillis,
    });
    const steps = new Gate();
    const started = { engine, handle, meter: () => steps.run(() => engine.meter()) };
    this.engines.push(started);
    await engine.join();
    return started;
  }

  /** The engine's process is gone, in whatever it was doing. */
  async kill(engine: FleetEngine): Promise<void> {
    this.engines.splice(this.engines.indexOf(engine), 1);
    await this.cluster.kill(engine.handle);
  }

  /** All engines take what there is and evaluate it, until there is no more. */
  async settle(): Promise<void> {
    for (let isDone = false; !isDone; ) {
      isDone = true;
      for (const each of this.engines) {
        await tolerant(() => each.engine.publishDefinitions());
        const step = await tolerant(() => each.meter());
        if (step === undefined || step.records > 0) isDone = false;
      }
      for (const each of this.engines) {
        if ((await tolerant(() => each.engine.evaluate())) !== false) isDone = false;
      }
    }
  }

  /** What anybody can read from the log. */
  replica(): Promise<EngineReplica> {
    return readReplica(this.cluster.open(), this.#options);
  }

  async close(): Promise<void> {
    for (const { engine } of this.engines) await engine.close();
    await rm(this.#sloDir, { recursive: true, force: true });
  }
}

/** What a log that fails does not end; undefined then. */
export async function tolerant<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof LogError) return undefined;
    throw error;
  }
}

/** The engine's state as the query role reads it. */
export async function readReplica(
  log: DurableLog,
  { latenessSeconds }: { readonly latenessSeconds: number },
): Promise<EngineReplica> {
  const replica = new EngineReplica({ latenessSeconds });
  const partitions = await log.partitionCount(TOPIC_SLI);
  replica.placeBy((slo) => keyPartition(slo, partitions));
  const feed = async (topic: string, partition: number, from: number) => {
    const { next: end } = await log.bounds({ topic, partition });
    for (let next = from; next < end; ) {
      const read = await log.read({ topic, partition }, next);
      for (const record of read.records) replica.apply(topic, record, partition);
      next = read.next;
    }
  };
  await feed(TOPIC_DEFINITIONS, 0, 0);
  for (let partition = 0; partition < partitions; partition += 1) {
    await feed(TOPIC_STATE, partition, 0);
    await feed(TOPIC_SLI, partition, replica.position(partition));
  }
  return replica;
}
