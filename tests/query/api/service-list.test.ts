import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceList } from '../../../query/api/service-list.ts';
import { migrate } from '../../../store/migrate/migrate.ts';
import { startTestEngine, type TestEngine } from '../../support/embedded.ts';
import { FakeView } from './support.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine();
  await migrate(engine.store, {
    retentionTracesDays: 3_650,
    retentionLogsDays: 3_650,
    retentionMetricsDays: 3_650,
    retentionResultsDays: 3_650,
    retentionDeadLettersDays: 30,
    fsync: false,
  });
});
afterAll(() => engine.close());

async function span(service: string, at: string, tenant = ''): Promise<void> {
  await engine.store.command(
    `INSERT INTO valet.otel_traces (TenantId, ServiceName, Timestamp) VALUES ('${tenant}', '${service}', '${at}')`,
  );
}

describe('ServiceList', () => {
  it('lists the services of the last day with the newest instant of each signal, one tenant only', async () => {
    await span('shop', '2026-11-20 11:00:00.123456789');
    await span('shop', '2026-11-20 10:00:00');
    await span('old', '2026-11-18 10:00:00');
    await span('foreign', '2026-11-20 11:00:00', 'other');
    await engine.store.command(
      "INSERT INTO valet.otel_logs (ServiceName, Timestamp) VALUES ('batch', '2026-11-20 11:30:00')",
    );
    for (const [table, at] of [
      ['gauge', '2026-11-20 09:00:00'],
      ['summary', '2026-11-20 09:30:00'],
    ]) {
      await engine.store.command(
        `INSERT INTO valet.otel_metrics_${table} (ServiceName, TimeUnix) VALUES ('shop', '${at}')`,
      );
    }
    let now = NOW;
    const list = new ServiceList({
      store: engine.store,
      view: new FakeView(),
      tenant: '',
      now: () => now,
      logger: pino({ level: 'silent' }),
    });
    const seen = (await list.list()).filter(({ signals }) =>
      Object.values(signals).some((at) => at !== null),
    );
    expect(seen.map(({ name, signals }) => ({ name, ...signals }))).toEqual([
      { name: 'batch', traces: null, metrics: null, logs: '2026-11-20T11:30:00.000Z' },
      { name: 'shop', traces: '2026-11-20T11:00:00.123Z', metrics: '2026-11-20T09:30:00.000Z', logs: null },
    ]);
    // Later only what is new is read, and joins what was known.
    await span('shop', '2026-11-20 12:00:02');
    now += 6_000;
    await expect
      .poll(async () => (await list.list()).find(({ name }) => name === 'shop')?.signals.traces)
      .toBe('2026-11-20T12:00:02.000Z');
    expect((await list.list()).some(({ name }) => name === 'batch')).toBe(true);
  });
});
