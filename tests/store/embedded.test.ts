import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { engineConfig } from '../../store/embedded/config.ts';
import { type EmbeddedEngine, startEmbedded } from '../../store/embedded/start-embedded.ts';
import type { StoreEndpoint } from '../../store/types.ts';

let dataDir: string;
const engines: EmbeddedEngine[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'valet-embedded-'));
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  await rm(dataDir, { recursive: true, force: true });
});

async function start(more: { lockWaitMillis?: number } = {}): Promise<EmbeddedEngine> {
  const engine = await startEmbedded({ dataDir, memoryMib: 1024, backoffMillis: 10, ...more });
  engines.push(engine);
  return engine;
}

/** Resolves when no process has the id any more (or only as a zombie that nobody has waited for). */
async function gone(pid: number): Promise<void> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (stat === '' || stat.slice(stat.lastIndexOf(')')).startsWith(') Z')) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function withStore<T>(
  endpoint: StoreEndpoint,
  use: (store: ReturnType<typeof createStore>) => Promise<T>,
): Promise<T> {
  const store = createStore(endpoint);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function createItems(endpoint: StoreEndpoint): Promise<void> {
  await withStore(endpoint, async (store) => {
    await store.command('CREATE DATABASE valet ENGINE = Atomic', { database: 'system' });
    await store.command(
      'CREATE TABLE items (Id UInt64) ENGINE = MergeTree ORDER BY Id SETTINGS fsync_after_insert = 1',
    );
    await store.command('INSERT INTO items SELECT number FROM numbers(1000)');
  });
}

const countItems = (endpoint: StoreEndpoint) =>
  withStore(endpoint, (store) => store.query('SELECT count() AS n FROM items'));

/** Addresses on which a process listens, as /proc tells: hexadecimal `address:port`. */
async function listening(pid: number): Promise<string[]> {
  const sockets = new Set<string>();
  for (const descriptor of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode) sockets.add(inode);
  }
  const tables = await Promise.all(
    ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')),
  );
  return (
    tables
      .flatMap((table) => table.split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      // Waiting for connections, or for datagrams; one that is just being closed is neither.
      .filter((fields) => ['0A', '07'].includes(fields[3] ?? '') && sockets.has(fields[9] ?? ''))
      .map((fields) => fields[1] ?? '')
  );
}

describe('startEmbedded()', () => {
  test('serves, keeps its rows over a close and a start', async () => {
    const first = await start();
    expect(first.state).toBe('ready');
    await createItems(first.endpoint);
    await first.close();
    expect([first.state, first.pid]).toEqual(['closed', undefined]);
    const second = await start();
    expect(await countItems(second.endpoint)).toEqual([{ n: '1000' }]);
    expect(second.endpoint.headers).not.toEqual(first.endpoint.headers);
  });

  test('comes back at the same endpoint with its rows when the engine is killed', async () => {
    const engine = await start();
    await createItems(engine.endpoint);
    const { endpoint, pid } = engine;
    const back = new Promise<void>((resolve) => engine.onRestart(resolve));
    process.kill(pid as number, 'SIGKILL');
    await gone(pid as number);
    await back;
    expect(engine.state).toBe('ready');
    expect(engine.pid).not.toBe(pid);
    expect(await countItems(endpoint)).toEqual([{ n: '1000' }]);
  });

  test('comes back each time it is killed', async () => {
    const engine = await start();
    for (let round = 0; round < 3; round++) {
      const back = new Promise<void>((resolve) => engine.onRestart(resolve));
      process.kill(engine.pid as number, 'SIGKILL');
      await back;
    }
    await withStore(engine.endpoint, async (store) => expect(await store.ping()).toBe(true));
  });

  test('can be closed while the engine is being restarted', async () => {
    const engine = await start();
    const pid = engine.pid as number;
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    await engine.close();
    expect([engine.state, engine.pid]).toEqual(['closed', undefined]);
  });

  test('answers nobody without the secret, on no path', async () => {
    const { endpoint } = await start();
    const attempts: [string, RequestInit][] = [
      ['/?query=SELECT%201', {}],
      ['/ping', {}],
      ['/play', {}],
      ['/replicas_status', {}],
      ['/', { method: 'POST', body: 'SELECT 1' }],
      ['/?query=SELECT%201', { headers: { 'X-Valet-Key': 'wrong' } }],
      ['/?query=SELECT%201', { headers: { 'X-Valet-Key': '' } }],
      ['/?query=SELECT%201', { headers: { 'X-ClickHouse-User': 'default' } }],
    ];
    for (const [path, init] of attempts) {
      const response = await fetch(`${endpoint.url}${path}`, init);
      expect(response.status, path).toBe(404);
      await response.text();
    }
    const known = await fetch(`${endpoint.url}/?query=SELECT%201`, { headers: { ...endpoint.headers } });
    expect([known.status, await known.text()]).toEqual([200, '1\n']);
  });

  test('listens on one loopback port and nowhere else', async () => {
    const engine = await start();
    const port = Number(new URL(engine.endpoint.url).port);
    expect(await listening(engine.pid as number)).toEqual([
      `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`,
    ]);
  });

  test('leaves the secret in no file, argument or environment of the engine', async () => {
    const engine = await start();
    const secret = Object.values(engine.endpoint.headers ?? {})[0] as string;
    const names = await readdir(dataDir, { recursive: true, withFileTypes: true });
    for (const file of names.filter((entry) => entry.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), 'latin1'), file.name).not.toContain(secret);
    }
    for (const part of ['cmdline', 'environ']) {
      expect(await readFile(`/proc/${engine.pid}/${part}`, 'latin1')).not.toContain(secret);
    }
  });

  test('runs in a session of its own, so a terminal’s Ctrl-C does not reach it', async () => {
    const engine = await start();
    const stat = await readFile(`/proc/${engine.pid}/stat`, 'latin1');
    // Behind the name in brackets: state, parent, process group, session.
    const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect([Number(group), Number(session)]).toEqual([engine.pid, engine.pid]);
  });

  test('ends the engine when its parent is killed, and a new start gets the directory', async () => {
    const parent = spawn(
      process.execPath,
      [fileURLToPath(new URL('./parent.ts', import.meta.url)), dataDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const { pid, endpoint } = JSON.parse(line) as { pid: number; endpoint: StoreEndpoint };
    await createItems(endpoint);
    parent.kill('SIGKILL');
    await gone(pid);
    const engine = await start();
    expect(await countItems(engine.endpoint)).toEqual([{ n: '1000' }]);
  });

  test('waits for a former process to let the directory go', async () => {
    const first = await start();
    await createItems(first.endpoint);
    const second = start();
    await first.close();
    expect(await countItems((await second).endpoint)).toEqual([{ n: '1000' }]);
  });

  test('gives up with engine-locked when another process keeps the directory', async () => {
    const first = await start();
    await expect(start({ lockWaitMillis: 0 })).rejects.toMatchObject({ code: 'engine-locked' });
    await withStore(first.endpoint, async (store) => expect(await store.ping()).toBe(true));
  });

  test('fails with engine-failed and what the process said when it does not start', async () => {
    const library = join(dataDir, 'broken.so');
    await writeFile(library, 'not a library');
    process.env['CHDB_LIBCHDB_PATH'] = library;
    try {
      await expect(start()).rejects.toMatchObject({
        code: 'engine-failed',
        message: expect.stringContaining('broken.so'),
      });
    } finally {
      delete process.env['CHDB_LIBCHDB_PATH'];
    }
  });

  test('fails with engine-missing and the next step when the platform’s package is not there', async () => {
    process.env['CHDB_LIBCHDB_PATH'] = join(dataDir, 'absent.so');
    try {
      await expect(start()).rejects.toMatchObject({
        code: 'engine-missing',
        message: expect.stringContaining('npm ci'),
      });
    } finally {
      delete process.env['CHDB_LIBCHDB_PATH'];
    }
  });

  test('refuses a worker thread, whose end would end the engine', async () => {
    const module = new URL('../../store/embedded/start-embedded.ts', import.meta.url).href;
    const worker = new Worker(
      `import(${JSON.stringify(module)})
        .then(({ startEmbedded }) => startEmbedded({ dataDir: ${JSON.stringify(dataDir)} }))
        .catch((error) => require('node:worker_threads').parentPort.postMessage(error.name));`,
      { eval: true },
    );
    expect(await once(worker, 'message')).toEqual(['TypeError']);
    await worker.terminate();
  });

  test('holds a query to the memory limit of the engine', async () => {
    const { endpoint } = await start();
    await withStore(endpoint, async (store) => {
      await expect(
        store.query('SELECT length(groupArray(number)) FROM numbers(200000000)', { database: 'system' }),
      ).rejects.toMatchObject({ code: 'memory' });
      expect(await store.ping()).toBe(true);
    });
  });
});

describe('engineConfig()', () => {
  test('keeps text that looks like markup out of the markup', () => {
    const text = engineConfig({ secret: 'a</X-Valet-Key>&b', memoryMib: 512, logFile: '/data/a&b/<log>' });
    expect(text).toContain('a&lt;/X-Valet-Key&gt;&amp;b');
    expect(text).toContain('<log>/data/a&amp;b/&lt;log&gt;</log>');
    expect(text).toContain('<max_server_memory_usage>536870912</max_server_memory_usage>');
  });
});
