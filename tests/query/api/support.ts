import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import type {
  AlertRecord,
  BurnReading,
  EngineView,
  SeriesPoint,
  SloDefinition,
  SloStatus,
  SloSummary,
} from '../../../engine/core/types.ts';
import type { QueryOptions } from '../../../query/api/options.ts';
import { buildServer } from '../../../query/api/server.ts';
import type { TypedApp } from '../../../query/api/typed-app.ts';
import type { Store } from '../../../store/types.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');
const AT = new Date(NOW).toISOString();

export const DEFINITION: SloDefinition = {
  tenant: '',
  name: 'checkout-availability',
  displayName: 'Checkout works',
  service: 'checkout',
  description: 'Payments go through',
  dimension: 'availability',
  labels: { team: 'shop' },
  annotations: {},
  indicator: {
    total: { signal: 'traces', where: 'span.kind == 2' },
    good: { signal: 'traces', where: 'span.status.code != 2' },
  },
  window: { kind: 'rolling', seconds: 2_592_000, text: '30d' },
  objectives: [
    { name: 'objective-0', target: { numerator: 999n, denominator: 1000n } },
    { name: 'stretch', displayName: 'Stretch', target: { numerator: 9999n, denominator: 10_000n } },
  ],
  minBadEvents: 1,
  file: 'checkout.yaml',
};

const PROBLEM = {
  file: 'bad.yaml',
  line: 3,
  path: 'spec.objectives[0].target',
  code: 'out-of-range',
  message: 'Use 0.99',
};

export const SUMMARY: SloSummary = {
  name: DEFINITION.name,
  displayName: DEFINITION.displayName,
  service: 'checkout',
  description: DEFINITION.description,
  dimension: 'availability',
  objective: 'objective-0',
  target: 0.999,
  window: '30d',
  state: 'burning',
  sli: 0.9985,
  remainingRatio: -0.5,
  firing: ['page'],
  problems: [PROBLEM],
};

const BURN: BurnReading = { window: '1h', from: AT, countedTo: AT, good: 1, total: 2, rate: null };

export const ALERT: AlertRecord = {
  id: 'a1',
  slo: DEFINITION.name,
  objective: 'objective-0',
  service: 'checkout',
  severity: 'page',
  longWindow: '1h',
  shortWindow: '5m',
  factor: 14.4,
  startedAt: AT,
  endedAt: null,
  state: 'firing',
  retroactive: false,
  reason: 'burning',
  details: {
    long: BURN,
    short: BURN,
    remainingRatio: 0.5,
    exhaustsInSeconds: null,
    sampleTraceIds: ['abcd'],
  },
};

function status(objective: string, atMillis: number): SloStatus {
  const at = new Date(atMillis).toISOString();
  return {
    slo: DEFINITION.name,
    objective,
    at,
    window: { from: at, to: at, countedTo: at, periodEnds: null },
    generation: 1,
    good: 1997,
    total: 2000,
    sli: 0.9985,
    target: 0.999,
    coverage: 1,
    scale: 1,
    unit: 'events',
    excludedSeconds: 0,
    secondWindow: null,
    budget: {
      allowed: 2,
      spent: 3,
      remainingRatio: -0.5,
      periodRemainingRatio: null,
      exhaustsInSeconds: null,
    },
    burn: [BURN],
    tiers: [
      {
        severity: 'page',
        longWindow: '1h',
        shortWindow: '5m',
        factor: 14.4,
        state: 'firing',
        reason: 'burning',
      },
    ],
    omittedTiers: [],
    state: 'burning',
    late: 0,
  };
}

/** A view with one SLO. Calls are kept, to see what arguments arrived. */
export class FakeView implements EngineView {
  readonly calls: unknown[] = [];

  slos(): readonly SloSummary[] {
    return [
      SUMMARY,
      { ...SUMMARY, name: 'login-latency', service: 'login', state: 'ok', firing: [], problems: [] },
    ];
  }

  status(slo: string, atMillis: number, objective = 'objective-0'): SloStatus | undefined {
    this.calls.push({ slo, atMillis, objective });
    return slo === DEFINITION.name ? status(objective, atMillis) : undefined;
  }

  series(
    slo: string,
    range: { fromMillis: number; toMillis: number; maxPoints: number; objective?: string },
  ): readonly SeriesPoint[] | undefined {
    this.calls.push({ slo, ...range });
    const at = new Date(range.toMillis).toISOString();
    return [{ at, good: 1, total: 1, sli: 1, burn: 0, remainingRatio: null }];
  }

  alerts(filter: {
    slo?: string;
    service?: string;
    openOnly?: boolean;
    limit: number;
  }): readonly AlertRecord[] {
    this.calls.push(filter);
    return [ALERT];
  }

  definition(slo: string): SloDefinition | undefined {
    return slo === DEFINITION.name ? DEFINITION : undefined;
  }

  problems(): readonly (typeof PROBLEM)[] {
    return [PROBLEM];
  }
}

/** A store that answers every query alike, but for questions about the tables themselves: nothing is wrong with them. */
export function fakeStore(rows: () => readonly unknown[]): Store {
  const refuse = (): Promise<never> => Promise.reject(new Error('Cannot do this as a fake'));
  return {
    insert: refuse,
    command: refuse,
    stream: refuse,
    query: async <Row>(sql: string) => (sql.includes('system.') ? [] : (rows() as readonly Row[])),
    ping: async () => true,
    close: async () => {},
  };
}

export interface ApiTest {
  readonly app: TypedApp;
  readonly view: FakeView;
  readonly options: QueryOptions;
  /** Tells the API that the state changed. */
  changed(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The API over fakes, with a console of three files; the caller ends it. */
export async function build(overrides: Partial<QueryOptions> = {}): Promise<ApiTest> {
  const temporaryConsole = await mkdtemp(join(tmpdir(), 'valet-console-'));
  await writeFile(join(temporaryConsole, 'index.html'), '<!doctype html><title>Valet</title>');
  await writeFile(join(temporaryConsole, 'main.js'), 'export {};');
  await writeFile(join(temporaryConsole, 'tsconfig.json'), '{}');
  await mkdir(join(temporaryConsole, 'views'));
  await writeFile(join(temporaryConsole, 'views', 'a.js'), 'export const a = 1;');
  const listeners = new Set<() => void>();
  const view = new FakeView();
  const options: QueryOptions = {
    view,
    store: fakeStore(() => []),
    host: '127.0.0.1',
    port: 0,
    consoleDir: temporaryConsole,
    demoControlUrl: '',
    registry: new Registry(),
    logger: pino({ level: 'silent' }),
    now: () => NOW,
    ready: () => ({ ok: true, reasons: [] }),
    onUpdate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    info: {
      version: '1.2.3',
      mode: 'embedded',
      ports: { otlpGrpc: 4317, otlpHttp: 4318, sql: 8123, api: 8080 },
    },
    ...overrides,
  };
  const app = await buildServer(options);
  return {
    app,
    view,
    options,
    changed: () => {
      for (const listener of listeners) listener();
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await rm(temporaryConsole, { recursive: true, force: true });
    },
  };
}

/** The API over fakes for one test, which ends it. */
export async function buildForTest(overrides: Partial<QueryOptions> = {}): Promise<ApiTest> {
  const test = await build(overrides);
  onTestFinished(() => test[Symbol.asyncDispose]());
  return test;
}
