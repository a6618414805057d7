/** What outlives a process (log, store, ledger) and processes of the writer that can be made to die at any step. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { runWriter, type WriterOptions } from '../../../ingest/writer/run-writer.ts';
import type { BatchLedger } from '../../../ingest/writer/types.ts';
import { MemoryLog } from '../../../log/memory/memory-log.ts';
import type { DurableLog, OffsetCommit, StoredRecord } from '../../../log/types.ts';
import {
  GROUP_WRITER,
  HEADER_HEARTBEAT,
  TOPIC_DEAD_LETTERS,
  TOPIC_OF_SIGNAL,
} from '../../../schemas/names.ts';
import type { Store } from '../../../store/types.ts';
import { type FakePolicy, fakeMapping } from './fake-mapping.ts';
import { FakeLedger, FakeStore } from './fake-store.ts';

export const TOPIC = TOPIC_OF_SIGNAL.traces;
export const AT = { topic: TOPIC, partition: 0 };

/** Where a process dies: at its n-th durable step, before or after the step took effect. */
export interface Death {
  readonly step: number;
  readonly when: 'before' | 'after';
}

/** A running writer. */
export interface Process {
  /** Names of its durable steps so far. */
  readonly steps: string[];
  readonly registry: Registry;
  isDead(): boolean;
  /** Aborts its signal and waits for its end. */
  stop(): Promise<void>;
}

export class WriterWorld {
  readonly log = new MemoryLog();
  readonly store = new FakeStore();
  readonly ledger = new FakeLedger();

  static async create(): Promise<WriterWorld> {
    const world = new WriterWorld();
    await world.log.ensureTopic(TOPIC);
    await world.log.ensureTopic(TOPIC_DEAD_LETTERS);
    return world;
  }

  async append(...requests: string[]): Promise<void> {
    await this.log.append(
      TOPIC,
      requests.map((text) => ({ value: Buffer.from(text) })),
    );
  }

  async heartbeat(): Promise<void> {
    await this.log.append(TOPIC, [{ headers: { [HEADER_HEARTBEAT]: '1' }, value: Buffer.alloc(0) }]);
  }

  /** Records of the dead-letter topic. */
  async deadLetters(): Promise<readonly StoredRecord[]> {
    return (await this.log.read({ topic: TOPIC_DEAD_LETTERS, partition: 0 }, 0)).records;
  }

  async committed(): Promise<number | undefined> {
    return (await this.log.committed(GROUP_WRITER, AT))?.offset;
  }

  /** Waits until everything in the log is committed, or the process died. */
  async settled(process?: Process): Promise<void> {
    const { next } = await this.log.bounds(AT);
    await until(async () => process?.isDead() === true || (await this.committed()) === next);
  }

  start(death?: Death, options: Partial<WriterOptions<FakePolicy>> = {}): Process {
    const steps: string[] = [];
    const abort = new AbortController();
    const registry = new Registry();
    let dead = false;
    const step = async <Result>(name: string, act: () => Promise<Result>): Promise<Result> => {
      if (dead) throw new Error('Cannot act as the process is dead');
      const dies = death?.step === steps.length;
      steps.push(name);
      if (dies && death.when === 'before') dead = true;
      if (dead) throw new Error('Cannot act as the process just died');
      const result = await act();
      if (dies) dead = true;
      if (dead) throw new Error('Cannot go on as the process just died');
      return result;
    };
    const done = runWriter({
      log: steppedLog(this.log, step),
      store: steppedStore(this.store, step),
      ledger: steppedLedger(this.ledger, step),
      mapping: fakeMapping(),
      policy: { mark: '' },
      registry,
      logger: pino({ level: 'silent' }),
      signal: abort.signal,
      signals: ['traces'],
      limits: { maxRecords: 3, maxWaitMillis: 5 },
      backoff: { baseMillis: 1, maxMillis: 2 },
      ...options,
    });
    return {
      steps,
      registry,
      isDead: () => dead,
      stop: () => {
        abort.abort();
        return done;
      },
    };
  }
}

/** Waits for a condition without assuming how long it takes. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(1);
}

/** The value of one metric, summed over its labels. */
export async function metric(registry: Registry, name: string): Promise<number> {
  const found = await registry.getSingleMetric(name)?.get();
  return (found?.values ?? []).reduce((sum, { value }) => sum + value, 0);
}

type Step = <Result>(name: string, act: () => Promise<Result>) => Promise<Result>;

function commitName([commit]: readonly OffsetCommit[]): string {
  if (commit?.group.endsWith('-journal')) return `journal ${commit.offset}`;
  return `commit ${commit?.offset}${commit?.metadata.includes('"last"') ? ' with plan' : ''}`;
}

function steppedLog(log: DurableLog, step: Step): DurableLog {
  return new Proxy(log, {
    get(target, property) {
      if (property === 'commit')
        return (commits: readonly OffsetCommit[]) => step(commitName(commits), () => target.commit(commits));
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function steppedStore(store: FakeStore, step: Step): Store {
  return new Proxy(store, {
    get(target, property) {
      if (property === 'insert')
        return (block: Parameters<Store['insert']>[0]) =>
          step(`insert ${block.table}`, () => target.insert(block));
      return Reflect.get(target, property);
    },
  });
}

function steppedLedger(ledger: FakeLedger, step: Step): BatchLedger {
  return {
    highWater: (identity, of) => ledger.highWater(identity, of),
    latest: (identity, of) => ledger.latest(identity, of),
    isKnown: (of) => ledger.isKnown(of),
    batchesSince: (millis) => ledger.batchesSince(millis),
    recordBatch: (batch) => step('record batch', () => ledger.recordBatch(batch)),
    recordLoss: (loss) => step('record loss', () => ledger.recordLoss(loss)),
  };
}
