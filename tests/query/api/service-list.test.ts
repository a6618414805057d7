import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceList, type ServiceListOptions } from '../../../query/api/service-list.ts';
import { migrate } from '../../../store/migrate/migrate.ts';
import { LOGS_3 } from '../../store/foreign/collector-tables.ts';
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

function listOf(options: Partial<ServiceListOptions> = {}): ServiceList {
  return new ServiceList({
    store: engine.store,
    view: new FakeView(),
    tenant: '',
    readsWithoutTenant: false,
    now: () => NOW,
    logger: pino({ level: 'silent' }),
    ...options,
  });
}

/** Without those of SLOs alone. */
async function seenIn(list: ServiceList) {
  const seen = (await list.list()).filter(({ signals }) => Object.values(signals).some((at) => at !== null));
  return seen.map(({ name, signals }) => ({ name, ...signals }));
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
    const list = listOf({ now: () => now });
    expect(await seenIn(list)).toEqual([
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

  it('leaves out tables without a tenant and says so once, or reads them as the one tenant\u2019s', async () => {
    await engine.store.command('TRUNCATE TABLE valet.otel_logs');
    await engine.store.command('TRUNCATE TABLE valet.otel_traces');
    await span('own', '2026-11-20 11:00:00');
    await engine.store.command('RENAME TABLE valet.otel_logs TO valet.own_logs');
    await engine.store.command(LOGS_3);
    await engine.store.command(
      "INSERT INTO valet.otel_logs (ServiceName, Timestamp) VALUES ('foreign', '2026-11-20 11:30:00')",
    );
    try {
      const told: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line: string) => told.push(line) });
      let now = NOW;
      const list = listOf({ now: () => now, logger });
      const namesOf = async (from: ServiceList) =>
        (await seenIn(from)).map(({ name }) => name).filter((name) => name === 'own' || name === 'foreign');
      expect(await namesOf(list)).toEqual(['own']);
      now += 700_000;
      expect(await namesOf(list)).toEqual(['own']);
      expect(told).toHaveLength(1);
      expect(JSON.parse(told[0] as string)).toMatchObject({ tables: ['otel_logs'] });
      const all = listOf({ readsWithoutTenant: true, logger });
      expect(await namesOf(all)).toEqual(['foreign', 'own']);
      expect(told).toHaveLength(1);
    } finally {
      await engine.store.command('DROP TABLE valet.otel_logs');
      await engine.store.command('RENAME TABLE valet.own_logs TO valet.otel_logs');
    }
  });
});
