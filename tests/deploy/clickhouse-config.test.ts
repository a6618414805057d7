/** deploy/clickhouse/ on the real engine, as far as it goes without Keeper and users. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../store/embedded/free-port.ts';
import { engineLibrary } from '../../store/embedded/library.ts';
import { eventually } from '../support/valet-process.ts';
import { mountsOf, ROOT, read, readCompose } from './compose-file.ts';

const { services } = readCompose();
const PASSWORD = 'of-the-environment';

let folder: string;
let engine: ChildProcess;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'valet-clickhouse-config-'));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const file = (path: string) => fileURLToPath(new URL(path, ROOT));
  engine = spawn(
    process.execPath,
    [
      file('store/embedded/child.ts'),
      engineLibrary(),
      folder,
      file('deploy/clickhouse/server.xml'),
      String(port),
      String(process.pid),
    ],
    {
      env: { ...services['clickhouse']?.environment, CLICKHOUSE_PASSWORD: PASSWORD } as NodeJS.ProcessEnv,
      stdio: 'ignore',
    },
  );
  await eventually('the engine', async () =>
    fetch(`${url}/ping`).then(
      ({ ok }) => (ok ? true : undefined),
      () => undefined,
    ),
  );
});
afterAll(async () => {
  const exited = once(engine, 'exit');
  engine.kill('SIGKILL');
  await exited;
  rmSync(folder, { recursive: true, force: true });
});

async function query<Row>(sql: string): Promise<readonly Row[]> {
  const response = await fetch(url, { method: 'POST', body: `${sql} FORMAT JSON` });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return (JSON.parse(text) as { data: readonly Row[] }).data;
}

describe('deploy/clickhouse/server.xml', () => {
  test('names shard and replica by the server’s environment', async () => {
    const rows = await query<{ macro: string; substitution: string }>('SELECT * FROM system.macros');
    expect(Object.fromEntries(rows.map(({ macro, substitution }) => [macro, substitution]))).toEqual({
      cluster: 'valet',
      shard: '01',
      replica: 'clickhouse',
    });
  });

  test('has one cluster, of the services there are', async () => {
    const rows = await query<{ cluster: string; host_name: string; port: number; user: string }>(
      'SELECT cluster, host_name, port, user FROM system.clusters',
    );
    expect(rows).toEqual([{ cluster: 'valet', host_name: 'clickhouse', port: 9000, user: 'valet' }]);
    expect(Object.keys(services)).toContain(rows[0]?.host_name);
    const keeper = /<node>\s*<host>(\w+)<\/host>\s*<port>(\d+)<\/port>/.exec(
      read('deploy/clickhouse/server.xml'),
    );
    expect(Object.keys(services)).toContain(keeper?.[1]);
    expect(read('deploy/clickhouse/keeper.xml')).toContain(`<tcp_port>${keeper?.[2]}</tcp_port>`);
  });

  test('bounds a cache that by default is larger than the container', async () => {
    const [row] = await query<{ value: string; changed: number }>(
      "SELECT value, changed FROM system.server_settings WHERE name = 'mark_cache_size'",
    );
    expect(row).toEqual({ value: String(512 * 2 ** 20), changed: 1 });
  });

  test('lets backups be written to one place, on the volume', async () => {
    await expect(query(`BACKUP DATABASE system TO File('${folder}/backup')`)).rejects.toThrow(
      'is not allowed for backups',
    );
    const path = /<allowed_path>(.+)<\/allowed_path>/.exec(read('deploy/clickhouse/server.xml'))?.[1];
    const [clickhouse] = services['clickhouse'] ? mountsOf(services['clickhouse']) : [];
    expect(clickhouse?.[0]).toBe('clickhouse-data');
    expect(path?.startsWith(`${clickhouse?.[1]}/`)).toBe(true);
  });
});

test('deploy/clickhouse/users.xml has the user Valet logs in as, with the password of the environment, and no other', () => {
  const text = read('deploy/clickhouse/users.xml').replaceAll(/<!--.*?-->/gs, '');
  const users = /<users>(.*)<\/users>/s.exec(text)?.[1] ?? '';
  expect([...users.matchAll(/^ {4}<(\w+)/gm)].map((match) => match[1])).toEqual(['default', 'valet']);
  expect(users).toContain('<default remove="remove"/>');
  expect(users).toContain('<password from_env="CLICKHOUSE_PASSWORD"/>');
  expect(services['writer']?.environment?.['VALET_CLICKHOUSE_USER']).toBe('valet');
});

test('deploy/clickhouse/keeper.xml answers where compose looks whether Keeper is ready', () => {
  const port = /<http_control>\s*<port>(\d+)<\/port>/.exec(read('deploy/clickhouse/keeper.xml'))?.[1];
  expect(services['keeper']?.healthcheck.test.at(-1)).toBe(`http://127.0.0.1:${port}/ready`);
  expect(read('deploy/clickhouse/keeper.xml')).toContain('<hostname>keeper</hostname>');
});
