import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../../schemas/migrations/index.ts';
import { DATABASE, TABLES } from '../../schemas/names.ts';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { migrate } from '../../store/migrate/migrate.ts';
import type { Store, StoreEndpoint } from '../../store/types.ts';
import { startTestEngine, type TestEngine } from '../support/embedded.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

const SETTINGS = {
  retentionTracesDays: 14,
  retentionLogsDays: 7,
  retentionMetricsDays: 30,
  retentionResultsDays: 400,
  retentionDeadLettersDays: 30,
  fsync: true,
};
const SCRIPT = fileURLToPath(new URL('./migrate-process.ts', import.meta.url));

let fixture: TestEngine;
let proxy: FaultProxy;
let store: Store;
const children: ChildProcess[] = [];

beforeEach(async () => {
  fixture = await startTestEngine();
  store = fixture.store;
  proxy = await startFaultProxy({ target: fixture.endpoint.url });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await proxy?.close();
  await fixture?.close();
});

/** A process that migrates; resolves with how it ended and what it said. */
function startProcess(endpoint: StoreEndpoint) {
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify({ endpoint, settings: SETTINGS })], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([[code], output, errors]) => ({ code, output, errors })) };
}

/** The whole database as it should be: its ledger without repetitions, and every table with its settings. */
async function expectMigrated(): Promise<void> {
  expect(await store.query(`SELECT Version, Name FROM ${TABLES.migrations} FINAL ORDER BY Version`)).toEqual(
    MIGRATIONS.map(({ version, name }) => ({ Version: version, Name: name })),
  );
  const tables = await store.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = '${DATABASE}' ORDER BY name`,
  );
  expect(tables.map(({ name }) => name)).toEqual(Object.values(TABLES).toSorted());
  // Nothing is left to do, nor to alter.
  const seen = proxy.count;
  const observed = createStore({ ...fixture.endpoint, url: proxy.url });
  expect(await migrate(observed, SETTINGS)).toEqual({ applied: [], foreign: [], altered: [] });
  await observed.close();
  const statements = proxy.requests.slice(seen).map(({ sql }) => sql);
  expect(statements.filter((sql) => !sql.startsWith('SELECT'))).toEqual([]);
}

describe('migrate() in several processes at once', () => {
  test('succeeds in every one of them', async () => {
    const ends = await Promise.all(Array.from({ length: 4 }, () => startProcess(fixture.endpoint).ended));
    for (const { code, errors } of ends) expect([code, errors]).toEqual([0, '']);
    const applied = ends.flatMap(({ output }) => JSON.parse(output).applied as number[]);
    expect(new Set(applied)).toEqual(new Set(MIGRATIONS.map(({ version }) => version)));
    await expectMigrated();
  });

  test('succeeds with eight at once in one process, from nothing', async () => {
    for (let round = 0; round < 2; round++) {
      await store.command(`DROP DATABASE IF EXISTS ${DATABASE} SYNC`, { database: 'system' });
      const stores = Array.from({ length: 8 }, () => createStore(fixture.endpoint));
      await Promise.all(stores.map((one) => migrate(one, SETTINGS)));
      await Promise.all(stores.map((one) => one.close()));
      await expectMigrated();
    }
  });

  test('is completed by the others when one is killed within it', async () => {
    const middle = MIGRATIONS[1]?.statements[2] ?? '';
    const strike = proxy.next({ kind: 'hang-before' }, { when: ({ sql }) => sql === middle });
    const killed = startProcess({ ...fixture.endpoint, url: proxy.url });
    await strike.struck;
    const others = [1, 2, 3].map(() => startProcess(fixture.endpoint).ended);
    killed.child.kill('SIGKILL');
    await killed.ended;
    for (const { code, errors } of await Promise.all(others)) expect([code, errors]).toEqual([0, '']);
    strike.release();
    await expectMigrated();
  });

  test('is completed by the next start when the only one is killed, at any statement', async () => {
    const statements = MIGRATIONS.flatMap(({ statements: of }) => of);
    for (const at of [0, 2, statements.length - 1]) {
      await store.command(`DROP DATABASE IF EXISTS ${DATABASE} SYNC`, { database: 'system' });
      for (const kind of ['hang-before', 'hang-after'] as const) {
        const strike = proxy.next({ kind }, { when: ({ sql }) => sql === statements[at] });
        const killed = startProcess({ ...fixture.endpoint, url: proxy.url });
        await strike.struck;
        killed.child.kill('SIGKILL');
        await killed.ended;
      }
      await migrate(store, SETTINGS);
      await expectMigrated();
    }
  });
});
