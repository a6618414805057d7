import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect } from 'vitest';
import { numberedRequests, requestKey } from '../../bench/payload/numbered-requests.ts';
import type { RowPolicy } from '../../ingest/writer/blocks.ts';
import { createOtlpMapping } from '../../ingest/writer/otlp-mapping.ts';
import { runWriter, type WriterOptions } from '../../ingest/writer/run-writer.ts';
import type { DurableLog } from '../../log/types.ts';
import { GROUP_WRITER, SIGNALS, TABLES, TOPIC_DEAD_LETTERS, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { createStore, type StoreOptions } from '../../store/client/clickhouse-store.ts';
import { metric } from '../ingest/writer/writer-world.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { Child } from './child.ts';
import { POLICY } from './policy.ts';
import { type LogMaker, type LogOfScenario, SILENT, type Site } from './site.ts';
import type { Step } from './stopping-log.ts';

export const TOPIC = TOPIC_OF_SIGNAL.traces;
const SPANS = 10;
const PAYLOAD = numberedRequests(SPANS, Date.now());
/** Requests are numbered through all scenarios of a file: they share the tables. */
let nextNumber = 1;

/** A writer in this process. */
export interface Writing {
  readonly registry: Registry;
  metric(name: string): Promise<number>;
  /** Resolves when it has ended in order. */
  stop(): Promise<void>;
}

/** What a writer in this process may differ in. */
export interface WritingOptions {
  readonly log?: DurableLog;
  readonly store?: StoreOptions;
  readonly writer?: Partial<WriterOptions<RowPolicy>>;
}

/** One scenario: a log of its own, processes on it, and a tally of what was acknowledged. */
export class World {
  readonly kind: LogMaker['kind'];
  readonly site: Site;
  readonly broker: LogMaker['broker'];
  readonly of: LogOfScenario;
  readonly #endings: (() => Promise<void>)[] = [];
  /** Requests acknowledged at their first try: each is stored once. */
  readonly #once = new Set<number>();
  /** Requests that were repeated: each is stored at least once, and always whole. */
  readonly #atLeastOnce = new Set<number>();
  /** Requests a part of which was appended before they were repeated: each span is stored at least once. */
  readonly #afterPart = new Set<number>();
  /** Requests the log itself has lost, and told of. */
  readonly #lost = new Set<number>();

  private constructor(maker: LogMaker, site: Site, of: LogOfScenario) {
    this.kind = maker.kind;
    this.site = site;
    this.broker = maker.broker;
    this.of = of;
  }

  static async create(maker: LogMaker, site: Site, partitions = 1): Promise<World> {
    const world = new World(maker, site, await maker.open());
    for (const signal of SIGNALS) await world.log.ensureTopic(TOPIC_OF_SIGNAL[signal], { partitions });
    await world.log.ensureTopic(TOPIC_DEAD_LETTERS);
    return world;
  }

  get log(): DurableLog {
    return this.of.log;
  }

  get proxy(): FaultProxy {
    return this.site.proxy;
  }

  /** Appends requests, one after the other, round the partitions; what resolves is acknowledged. */
  async send(count: number): Promise<readonly number[]> {
    const sent: number[] = [];
    for (let index = 0; index < count; index++) {
      const number = nextNumber++;
      await this.log.append(TOPIC, [{ value: PAYLOAD.request(number) }]);
      this.#once.add(number);
      sent.push(number);
    }
    return sent;
  }

  /** A request to be sent to a receiver. */
  request(): { readonly number: number; readonly body: Uint8Array<ArrayBuffer> } {
    const number = nextNumber++;
    return { number, body: PAYLOAD.request(number) };
  }

  acknowledged(number: number, how: 'first try' | 'repeated' | 'repeated after a part'): void {
    if (how === 'first try') this.#once.add(number);
    else if (how === 'repeated') this.#atLeastOnce.add(number);
    else this.#afterPart.add(number);
  }

  lost(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#once.delete(number);
      this.#lost.add(number);
    }
  }

  /** A process of its own; it is killed at the end at the latest. */
  child(role: 'writer' | 'receiver', stopAt?: Step): Child {
    const { address, prefix } = this.of;
    const storeUrl = this.proxy.url;
    const child = new Child(role, { address, prefix, storeUrl, ...(stopAt === undefined ? {} : { stopAt }) });
    this.#endings.push(() => child.kill());
    return child;
  }

  /** SIGKILL; its group knows at once. */
  async kill(child: Child): Promise<void> {
    await child.kill();
    await this.of.buryMembers();
  }

  /** Commits to the writer's group as a program that is none of its members. */
  async commit(partition: number, offset: number, metadata: string): Promise<void> {
    const log = await this.of.another();
    await log.commit([{ group: GROUP_WRITER, topic: TOPIC, partition, offset, metadata }]);
    await log.close();
  }

  /** A writer in this process, on a handle of its own unless told otherwise. */
  async write({ log, store = {}, writer = {} }: WritingOptions = {}): Promise<Writing> {
    const own = log ? undefined : await this.of.another();
    const stop = new AbortController();
    const registry = new Registry();
    const client = createStore({ url: this.proxy.url }, { timeoutMillis: 20_000, ...store });
    const done = runWriter({
      log: log ?? (own as DurableLog),
      store: client,
      mapping: createOtlpMapping(),
      policy: POLICY,
      registry,
      logger: SILENT,
      signal: stop.signal,
      signals: ['traces'],
      limits: { maxWaitMillis: 20 },
      backoff: { baseMillis: 10, maxMillis: 100, maxAskedMillis: 200 },
      ...writer,
    });
    let ended: Promise<void> | undefined;
    const end = async () => {
      stop.abort();
      await done;
      await client.close();
      await own?.close();
    };
    const stopOnce = () => {
      ended ??= end();
      return ended;
    };
    this.#endings.push(stopOnce);
    return { registry, metric: (name) => metric(registry, name), stop: stopOnce };
  }

  /** Resolves when the writer's group has committed all there is. */
  async settled(): Promise<void> {
    const partitions = await this.log.partitionCount(TOPIC);
    for (let partition = 0; partition < partitions; partition++) {
      const of = { topic: TOPIC, partition };
      await eventually(`${TOPIC}/${partition} stored`, async () => {
        const [{ next }, committed] = await Promise.all([
          this.log.bounds(of),
          this.log.committed(GROUP_WRITER, of),
        ]);
        return next === 0 || (committed?.offset === next && !committed.metadata.includes('"last"'));
      });
    }
  }

  /** Lets a writer without faults store what there is, and holds it against what was acknowledged. */
  async settleAndCheck(options?: WritingOptions): Promise<void> {
    this.proxy.calm();
    const writing = await this.write(options);
    await this.settled();
    await writing.stop();
    await this.check();
  }

  async check(): Promise<void> {
    const numbers = [...this.#once, ...this.#atLeastOnce, ...this.#afterPart, ...this.#lost];
    const rows = await this.site.store.query<{ key: string; spans: number; distinct: number }>(
      `SELECT substring(TraceId, 1, 16) AS key, toUInt32(count()) AS spans,
         toUInt32(uniqExact(TraceId, SpanId)) AS distinct
       FROM ${TABLES.traces} WHERE key IN {keys:Array(String)} GROUP BY key`,
      { params: { keys: numbers.map(requestKey) } },
    );
    const stored = new Map(rows.map(({ key, spans }) => [key, spans]));
    for (const { distinct } of rows) expect(distinct).toBe(SPANS);
    const copies = (of: ReadonlySet<number>) =>
      [...of].map((number) => (stored.get(requestKey(number)) ?? 0) / SPANS);
    expect(copies(this.#once)).toEqual(copies(this.#once).map(() => 1));
    for (const count of copies(this.#atLeastOnce)) {
      expect(count).toBeGreaterThanOrEqual(1);
      expect(Number.isInteger(count)).toBe(true);
    }
    for (const count of copies(this.#afterPart)) {
      expect(count).toBeGreaterThan(1);
      expect(count).toBeLessThan(2);
    }
    expect(copies(this.#lost)).toEqual(copies(this.#lost).map(() => 0));
    const [rowsOfView] = await this.site.store.query<{ traces: number }>(
      `SELECT toUInt32(uniqExact(TraceId)) AS traces FROM ${TABLES.traceIdTs}
       WHERE substring(TraceId, 1, 16) IN {keys:Array(String)}`,
      { params: { keys: numbers.map(requestKey) } },
    );
    expect(rowsOfView?.traces).toBeGreaterThanOrEqual(this.#once.size);
  }

  /** Records lost, as the store's books tell. */
  async lossesOnRecord(): Promise<readonly { reason: string; first: number; last: number }[]> {
    const identity = await this.log.identity(TOPIC);
    return await this.site.store.query(
      `SELECT Reason AS reason, toUInt32(FirstOffset) AS first, toUInt32(LastOffset) AS last
       FROM ${TABLES.losses} FINAL WHERE startsWith(TopicId, {identity:String}) ORDER BY first`,
      { params: { identity } },
    );
  }

  async end(): Promise<void> {
    this.proxy.calm();
    for (const end of this.#endings.reverse()) await end();
    await this.of.dispose();
  }
}

/** Polls until the condition holds. */
export async function eventually(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMillis = 90_000,
): Promise<void> {
  const deadline = Date.now() + limitMillis;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not seen in time: ${what}`);
    await sleep(20);
  }
}
