import { readdirSync, readFileSync } from 'node:fs';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allDashboards, dashboardText } from '../../dashboards/all.ts';
import { type SqlEndpoint, startSqlEndpoint } from '../../query/sql/endpoint.ts';
import { TABLES } from '../../schemas/names.ts';
import { migrate } from '../../store/migrate/migrate.ts';
import { startTestEngine, type TestEngine } from '../support/embedded.ts';
import { type Choice, dashboardQueries, statement } from './queries.ts';
import { seed } from './seed.ts';

const TO = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const CHOICE: Choice = {
  from: new Date(TO.getTime() - 3_600_000),
  to: TO,
  intervalSeconds: 60,
  variables: { slo: "pay'ments", objective: 'objective-0', service: 'payment' },
};

let fixture: TestEngine;
let endpoint: SqlEndpoint;

beforeAll(async () => {
  fixture = await startTestEngine();
  const retention = {
    retentionTracesDays: 14,
    retentionLogsDays: 14,
    retentionMetricsDays: 14,
    retentionResultsDays: 400,
    retentionDeadLettersDays: 30,
  };
  await migrate(fixture.store, { ...retention, fsync: false });
  await seed(fixture.store, TO);
  endpoint = await startSqlEndpoint({
    endpoint: fixture.endpoint,
    host: '127.0.0.1',
    port: 0,
    limits: { maxSeconds: 60, maxMemoryBytes: 2 ** 30, maxResultRows: 1_000_000 },
    tenant: '',
    registry: new Registry(),
    logger: pino({ level: 'silent' }),
  });
});
afterAll(async () => {
  await endpoint?.close();
  await fixture?.close();
});

/** Sends the parameters that Grafana's data source sends, to the endpoint it would use. */
async function runQuery(sql: string): Promise<readonly Record<string, unknown>[]> {
  const parameters = new URLSearchParams({
    client_protocol_version: '54460',
    database: 'valet',
    default_format: 'JSON',
    max_execution_time: '65',
  });
  const url = `http://127.0.0.1:${endpoint.port}/?${parameters}`;
  const response = await fetch(url, { method: 'POST', body: sql });
  const text = await response.text();
  expect(response.status, `${sql}\n${text}`).toBe(200);
  return (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
}

function run(name: string, variables: Choice['variables'] = CHOICE.variables) {
  const query = dashboardQueries().find((candidate) => candidate.name === name);
  if (!query) throw new Error(`Cannot find ${name}`);
  return runQuery(statement(query.rawSql, { ...CHOICE, variables }));
}

describe('dashboards/generated/', () => {
  test('is what `npm run dashboards` writes, and nothing else', () => {
    const folder = new URL('../../dashboards/generated/', import.meta.url);
    const wanted = allDashboards();
    expect(readdirSync(folder).toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const [file, dashboard] of wanted) {
      expect(readFileSync(new URL(file, folder), 'utf8'), file).toBe(dashboardText(dashboard));
    }
  });

  test('has unique uids, and links that lead to one of them', () => {
    const uids = [...allDashboards().values()].map((dashboard) => dashboard.uid);
    expect(new Set(uids).size).toBe(uids.length);
    const text = [...allDashboards().values()].map(dashboardText).join('\n');
    const targets = [...text.matchAll(/"\/d\/([\w-]+)/g)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(uids).toContain(target);
  });
});

describe('every query of the dashboards', () => {
  test.each(dashboardQueries())('$name answers with rows', async ({ kind, rawSql }) => {
    const rows = await runQuery(statement(rawSql, CHOICE));
    expect(rows.length).toBeGreaterThan(0);
    if (kind !== 'timeseries') return;
    const times = rows.map((row) => String(row['time']));
    expect(times).toEqual(times.toSorted());
    expect(times.length).toBeGreaterThan(1);
  });

  test('has a name of its own', () => {
    const names = dashboardQueries().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('answers for All, and for a choice nothing matches', async () => {
    for (const variables of [
      { slo: 'x', objective: 'x' },
      { slo: 'x', objective: 'x', service: 'x' },
    ]) {
      for (const { rawSql } of dashboardQueries()) {
        await runQuery(statement(rawSql, { ...CHOICE, variables: { service: undefined, ...variables } }));
      }
    }
  });
});

describe('the figures', () => {
  test('come from the latest row of each objective, and its latest version', async () => {
    expect(await run('slo-overview.json: SLOs', {})).toEqual([{ slos: 2 }]);
    expect(await run('slo-overview.json: Burning', {})).toEqual([{ slos: 1 }]);
    expect(await run('slo-overview.json: Burning', { service: 'login' })).toEqual([{ slos: 0 }]);
    expect(await run('slo-overview.json: Open page alerts', {})).toEqual([{ alerts: 1 }]);
    expect(await run('slo-detail.json: Budget left')).toEqual([{ Remaining: 0.4 }]);
  });

  test('list the SLO with the least budget first, unknown ones last', async () => {
    const rows = await run('slo-overview.json: Service level objectives', {});
    expect(rows.map((row) => [row['SLO'], row['State'], row['Budget left'], row['Burn 1h']])).toEqual([
      ["pay'ments", 'burning', 0.4, 16],
      ['logins', 'no-data', null, null],
    ]);
  });

  test('take the SLI curve from what the SLO counts, and the events from the definition in force', async () => {
    const rows = await run('slo-detail.json: SLI over time');
    expect(rows).toHaveLength(60);
    for (const row of rows) expect(row).toMatchObject({ sli: 0.835, target: 0.99 });
    const events = await run('slo-detail.json: Events');
    // Every minute of the hour has six slices of 9 good of 10; generation 1 is not counted.
    expect(events).toHaveLength(60);
    for (const row of events) expect(row).toMatchObject({ good: 54, bad: 6 });
  });

  test('are in whole time slices, whatever the scale of the counts', async () => {
    expect(await run('slo-detail.json: Bad')).toEqual([{ Bad: 10.5 }]);
    const [reading] = await run('slo-detail.json: Burn by window');
    expect(reading).toEqual({ Window: '5m', Good: 83.5, Bad: 16.5, Total: 100, 'Burn rate': 16 });
  });

  test.each(['slo-detail.json', 'slo-overview.json'])(
    'say what each kind of alert waits for in %s',
    async (file) => {
      const rows = await run(`${file}: Alerts`);
      expect(rows.map((row) => [row['Kind'], row['Condition'], row['Factor']])).toEqual([
        ['no-data', '10m', null],
        ['budget', '29 % of 30d', null],
        ['burn', '1h / 5m', 14.4],
        ['burn', '1h / 5m', 14.4],
      ]);
    },
  );

  test('order the windows of a burn rate by length', async () => {
    const rows = await run('slo-detail.json: Burn by window');
    expect(rows.map((row) => row['Window'])).toEqual(['5m', '30m', '1h', '2h', '6h', '1d', '3d']);
  });

  test('count a service’s requests and failures once a second', async () => {
    const rows = await run('service.json: Requests and errors');
    expect(rows[10]).toMatchObject({ requests: 1, errors: 0.1 });
    const dependencies = await run('service.json: Dependencies');
    expect(dependencies.map((row) => row['Dependency'])).toEqual(['postgresql']);
  });

  test('name the tables by their one definition', () => {
    const known: readonly string[] = Object.values(TABLES);
    for (const { name, rawSql } of dashboardQueries()) {
      for (const [table] of rawSql.matchAll(/\b(valet|otel)_\w+/g)) expect(known, name).toContain(table);
    }
  });
});
