/** Backup and restore in embedded mode, as docs/deploy.md tells: copy the data directory while nothing runs on it. */
import { cp, lstat, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { numberedRequests, requestKey } from '../../bench/payload/numbered-requests.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';

const SPANS = 50;
const BEFORE = numbers(0, 60);
const AFTER = numbers(60, 100);
const NEW = numbers(100, 140);

/** Several starts of a whole Valet, on a machine that runs other tests too. */
const LIMIT_MILLIS = 300_000;

let folder: string;
const running = new Set<ValetProcess>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valet-backup-'));
});
afterEach(async () => {
  for (const valet of running) await valet.remove();
  running.clear();
  await rm(folder, { recursive: true, force: true });
});

test(
  'a copy made after kill -9 restores everything acknowledged before it once, and takes new records',
  async () => {
    const { request } = numberedRequests(SPANS, Date.now());
    const original = join(folder, 'original');
    const first = await start(original);
    await sendAll(first, BEFORE.slice(0, 30), request);
    await eventuallyStored(first, BEFORE.slice(0, 30));
    // In the middle of the writer's work: the rest is planned, half inserted, or on the log only.
    await sendAll(first, BEFORE.slice(30), request);
    await first.kill();
    await copy(original, join(folder, 'backup'));

    await first.restart();
    await sendAll(first, AFTER, request);
    await eventuallyStored(first, [...BEFORE, ...AFTER]);
    await first.stop();

    // Beside the directory it was copied from, which must not notice: ClickHouse leaves absolute links in its own.
    const untouched = await listing(original);
    const restored = join(folder, 'restored');
    await copy(join(folder, 'backup'), restored);
    const second = await start(restored);
    await eventuallyStored(second, BEFORE);
    // What was sent after the copy gets lost offsets anew, and so do senders that repeat what the copy does not have.
    await sendAll(second, [...NEW, ...AFTER], request);
    await eventuallyStored(second, [...BEFORE, ...AFTER, ...NEW]);
    await second.kill();
    await second.restart();
    await eventuallyStored(second, [...BEFORE, ...AFTER, ...NEW]);
    await second.stop();
    expect(await listing(original)).toEqual(untouched);
  },
  LIMIT_MILLIS,
);

test(
  'a log restored alone, under tables that have seen more, drops nothing new',
  async () => {
    const { request } = numberedRequests(SPANS, Date.now());
    const dataDir = join(folder, 'data');
    const valet = await start(dataDir);
    await sendAll(valet, BEFORE, request);
    await eventuallyStored(valet, BEFORE);
    await valet.stop();
    await copy(join(dataDir, 'log'), join(folder, 'log'));
    await valet.restart();
    await sendAll(valet, AFTER, request);
    await eventuallyStored(valet, [...BEFORE, ...AFTER]);
    await valet.stop();

    await rm(join(dataDir, 'log'), { recursive: true });
    await copy(join(folder, 'log'), join(dataDir, 'log'));
    await valet.restart();
    // These get the offsets the log gave to others before; under the former tokens the tables would swallow them.
    await sendAll(valet, NEW, request);
    await eventuallyStored(valet, [...BEFORE, ...AFTER, ...NEW]);
  },
  LIMIT_MILLIS,
);

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

async function start(dataDir: string): Promise<ValetProcess> {
  const valet = await ValetProcess.start({ environment: { VALET_DATA_DIR: dataDir } });
  running.add(valet);
  return valet;
}

async function copy(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

async function sendAll(
  to: ValetProcess,
  requests: readonly number[],
  request: (number: number) => Uint8Array<ArrayBuffer>,
): Promise<void> {
  await Promise.all(
    requests.map(async (number) => {
      const response = await fetch(`http://127.0.0.1:${to.ports.http}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: request(number),
      });
      expect(response.status, await response.text()).toBe(200);
    }),
  );
}

/** Waits until every request is there and the writer has nothing left; then each is there once, and no other. */
async function eventuallyStored(of: ValetProcess, requests: readonly number[]): Promise<void> {
  const rows = await eventually(`${requests.length} requests stored`, async () => {
    if ((await writerLag(of)) !== 0) return undefined;
    const found = await of.sql<{ request: string; spans: number }>(
      'SELECT substring(TraceId, 1, 16) AS request, toUInt32(count()) AS spans FROM otel_traces GROUP BY request',
    );
    return found.length >= requests.length ? found : undefined;
  });
  const wanted = requests.map((number) => [requestKey(number), SPANS] as const);
  expect(new Map(rows.map(({ request, spans }) => [request, spans]))).toEqual(new Map(wanted));
}

/** Log records not stored yet, as `/metrics` tells; undefined while it does not. */
async function writerLag(of: ValetProcess): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${of.ports.api}/metrics`)).text();
  const line = text
    .split('\n')
    .find(
      (candidate) => candidate.startsWith('valet_writer_lag_records') && candidate.includes('otlp_spans'),
    );
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

/** Every file below with its size and time of change, every link with its target. */
async function listing(path: string): Promise<readonly string[]> {
  const names = await readdir(path, { recursive: true });
  const lines = names.map(async (name) => {
    const entry = join(path, name);
    const status = await lstat(entry);
    if (status.isSymbolicLink()) return `${name} -> ${await readlink(entry)}`;
    return `${name} ${status.isDirectory() ? '' : status.size} ${status.mtimeMs}`;
  });
  return (await Promise.all(lines)).toSorted();
}
