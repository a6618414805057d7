/** An engine on a log that has thirty days of state: its start, its memory, its evaluations. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { evaluateInstant } from '../../engine/core/evaluation/evaluate-instant.ts';
import { countersOf } from '../../engine/core/generations/counters-of.ts';
import type { Counter } from '../../engine/core/meter/counter.ts';
import { CounterIndex } from '../../engine/core/meter/counter-index.ts';
import { indicatorConditions } from '../../engine/core/meter/indicator-conditions.ts';
import { ConditionPool } from '../../engine/core/predicates/condition-pool.ts';
import { Engine } from '../../engine/engine.ts';
import { engineMetrics } from '../../engine/metrics.ts';
import { openLmdbLog } from '../../log/lmdb/open-lmdb-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { costOf, memoryNow } from './costs.ts';
import { measureMeter } from './measure-meter.ts';
import type { Cost, EngineFigures, MeterRates } from './messages.ts';
import { KINDS } from './names.ts';

export interface MeasureEngineOptions {
  readonly path: string;
  readonly slos: number;
  readonly progress: (text: string) => void;
}

/** When the state was written. The clock stands still but where it is moved: any machine does the same work. */
export const SEEDED_MILLIS = Date.UTC(2026, 5, 30, 12, 0, 5);
const ROUND_MILLIS = 10_000;
/** What one host sends, and what a gateway for a whole fleet does. */
const SERVICES_PER_REQUEST = [5, 200] as const;

/** An engine and the clock it has. */
export interface Opened {
  readonly engine: Engine;
  readonly log: DurableLog;
  readonly clock: { nowMillis: number };
}

/** Starts an engine; resolves when it has evaluated up to now. */
export async function openEngine(path: string, nowMillis: number): Promise<Opened> {
  const clock = { nowMillis };
  const now = () => clock.nowMillis;
  const log = await openLmdbLog({ path, now });
  const engine = await Engine.create({
    log,
    store: undefined,
    sloDir: path,
    latenessSeconds: 600,
    metrics: engineMetrics(new Registry()),
    logger: pino({ level: 'error' }),
    now,
  });
  await engine.join();
  await settle(engine);
  return { engine, log, clock };
}

async function settle(engine: Engine): Promise<void> {
  while (await engine.evaluate());
}

export async function measureEngine({ path, slos, progress }: MeasureEngineOptions): Promise<EngineFigures> {
  let opened: Opened | undefined;
  progress('starts an engine');
  const start = await costOf(async () => {
    opened = await openEngine(path, SEEDED_MILLIS);
  });
  // It was set in the measured call, where the compiler does not follow.
  const { engine, log, clock } = opened as unknown as Opened;
  const memory = memoryNow();
  progress('evaluates');
  const { evaluation, statuses } = await measureEvaluation(engine, clock.nowMillis);
  const { index, readConditions, rebuildIndex } = await measureIndex(engine);
  const meter: MeterRates[] = [];
  for (const servicesPerRequest of SERVICES_PER_REQUEST) {
    progress(`meters requests of ${servicesPerRequest} services`);
    const services = slos / KINDS.length;
    const { nowMillis } = clock;
    meter.push(await measureMeter({ engine, log, index, services, servicesPerRequest, nowMillis }));
  }
  clock.nowMillis += ROUND_MILLIS;
  const round = await costOf(() => settle(engine));
  return { start, memory, evaluation, statuses, readConditions, rebuildIndex, meter, round };
}

async function measureEvaluation(
  { replica }: Engine,
  nowMillis: number,
): Promise<{ readonly evaluation: Cost; readonly statuses: Cost }> {
  const slos = replica.slosOf(0, 'traces');
  const evaluate = (atMillis: number) => evaluateInstant(replica, { slos, atMillis, nowMillis: atMillis });
  evaluate(nowMillis);
  const evaluation = await costOf(() => evaluate(nowMillis));
  const statuses = await costOf(() => {
    for (const { entry } of slos) replica.status(entry.slo, nowMillis);
  });
  return { evaluation, statuses };
}

async function measureIndex({ replica: { definitions } }: Engine): Promise<{
  readonly index: CounterIndex;
  readonly readConditions: Cost;
  readonly rebuildIndex: Cost;
}> {
  const pool = new ConditionPool();
  let counters: readonly Counter[] = [];
  let index = new CounterIndex(counters);
  const readConditions = await costOf(() => {
    const read = (indicator: Parameters<typeof indicatorConditions>[0]) =>
      indicatorConditions(indicator, pool);
    counters = definitions.entries().flatMap((entry) => countersOf(entry, read));
  });
  const rebuildIndex = await costOf(() => {
    index = new CounterIndex(counters);
  });
  return { index, readConditions, rebuildIndex };
}
