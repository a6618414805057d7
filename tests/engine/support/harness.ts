/** An engine on a log in memory, with a clock and an SLO directory of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { Engine } from '../../../engine/engine.ts';
import { type EngineMetrics, engineMetrics } from '../../../engine/metrics.ts';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import type { DurableLog } from '../../../log/types.ts';
import type { Signal } from '../../../schemas/names.ts';
import {
  HEADER_HEARTBEAT,
  HEADER_TENANT,
  SIGNALS,
  TOPIC_DEFINITIONS,
  TOPIC_OF_SIGNAL,
  TOPIC_SLI,
  TOPIC_STATE,
} from '../../../schemas/names.ts';
import type { Store } from '../../../store/types.ts';

export interface HarnessOptions extends TopicPartitions {
  readonly nowMillis?: number;
  readonly latenessSeconds?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly store?: Store;
  /** Fills the log before the first engine starts. */
  readonly before?: (log: DurableLog) => Promise<void>;
}

/** One log and clock; `start` opens an engine on them, as often as wanted. */
export class Harness {
  readonly log: MemoryLog;
  readonly sloDir: string;
  nowMillis: number;
  engine: Engine;
  /** Of the engine that runs. */
  metrics: EngineMetrics;
  readonly #options: HarnessOptions;

  private constructor(sloDir: string, options: HarnessOptions) {
    this.sloDir = sloDir;
    this.nowMillis = options.nowMillis ?? Date.UTC(2026, 0, 1);
    this.log = new MemoryLog({ now: () => this.nowMillis });
    this.#options = options;
    this.engine = undefined as unknown as Engine;
    this.metrics = undefined as unknown as EngineMetrics;
  }

  static async create(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(await mkdtemp(join(tmpdir(), 'valet-engine-')), options);
    for (const [name, text] of Object.entries(options.files ?? { 'slo.yaml': sloYaml() })) {
      await harness.write(name, text);
    }
    await makeTopics(harness.log, options);
    await options.before?.(harness.log);
    await harness.restart();
    return harness;
  }

  /** Drops the engine where it stands and opens another one on the same log. */
  async restart(): Promise<void> {
    this.metrics = engineMetrics(new Registry());
    this.engine = await Engine.create({
      log: this.log,
      store: this.#options.store,
      sloDir: this.sloDir,
      latenessSeconds: this.#options.latenessSeconds ?? 600,
      metrics: this.metrics,
      logger: pino({ level: 'silent' }),
      now: () => this.nowMillis,
    });
    await this.engine.join();
    await this.engine.publishDefinitions();
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.sloDir, name), text);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.sloDir, name));
  }

  /** Removes a file and lets the 10 s pass after which its SLOs are retired. */
  async retire(name: string): Promise<void> {
    await this.remove(name);
    await this.engine.publishDefinitions();
    this.nowMillis += 10_000;
    await this.engine.publishDefinitions();
  }

  async append(value: Uint8Array, signal: Signal = 'traces', tenant = ''): Promise<void> {
    const headers = tenant === '' ? {} : { [HEADER_TENANT]: tenant };
    await this.log.append(TOPIC_OF_SIGNAL[signal], [{ value, headers }]);
  }

  async heartbeat(signal: Signal = 'traces'): Promise<void> {
    const record = { value: new Uint8Array(0), headers: { [HEADER_HEARTBEAT]: '1' } };
    await this.log.append(TOPIC_OF_SIGNAL[signal], [record]);
  }

  /** Meters everything there is. */
  async meter(): Promise<void> {
    while ((await this.engine.meter()).records > 0);
  }

  /** Meters and evaluates everything there is. */
  async settle(): Promise<void> {
    await this.meter();
    while (await this.engine.evaluate());
  }

  status(slo = 'shop-availability', atMillis = this.nowMillis) {
    const status = this.engine.replica.status(slo, atMillis);
    if (status === undefined) throw new Error(`no SLO ${slo}`);
    return status;
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.sloDir, { recursive: true, force: true });
  }
}

/** Partitions of the topics; one each when absent. */
export interface TopicPartitions {
  readonly otlpPartitions?: number;
  readonly sliPartitions?: number;
  /** How state and definitions are kept. @default 'compact' */
  readonly cleanup?: 'compact' | 'delete';
}

/** Makes every topic the engine needs. */
export async function makeTopics(
  log: DurableLog,
  { otlpPartitions = 1, sliPartitions = 1, cleanup = 'compact' }: TopicPartitions = {},
): Promise<void> {
  for (const signal of SIGNALS) {
    await log.ensureTopic(TOPIC_OF_SIGNAL[signal], { partitions: otlpPartitions });
  }
  await log.ensureTopic(TOPIC_SLI, { partitions: sliPartitions });
  await log.ensureTopic(TOPIC_STATE, { partitions: sliPartitions, cleanup });
  await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup });
}

export interface SloYamlOptions {
  readonly name?: string;
  readonly target?: string;
  readonly window?: string;
  readonly signal?: Signal;
  readonly total?: string;
  readonly good?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** In place of properties of `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** An OpenSLO document. */
export function sloYaml(options: SloYamlOptions = {}): string {
  const { name = 'shop-availability', target = '0.999', window = '30d', signal = 'traces' } = options;
  const { annotations, spec } = options;
  const {
    total = 'resource.attributes["service.name"] == "shop"',
    good = 'span.status.code != STATUS_CODE_ERROR',
  } = options;
  const source = (where: string) => ({ metricSource: { type: 'otlp', spec: { signal, where } } });
  return JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name, ...(annotations && { annotations }) },
    spec: {
      service: 'shop',
      budgetingMethod: 'Occurrences',
      timeWindow: [{ duration: window, isRolling: true }],
      indicator: {
        metadata: { name: `${name}-sli` },
        spec: { ratioMetric: { counter: true, total: source(total), good: source(good) } },
      },
      objectives: [{ target: Number(target) }],
      ...spec,
    },
  });
}
