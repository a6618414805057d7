import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';
import { expectLogError } from '../contract.ts';
import { temporaryDirectory, temporaryLog } from './temporary-log.ts';

const AT = { topic: 't', partition: 0 };
const WORKER = join(import.meta.dirname, 'appending-worker.ts');

async function offsetsOfWorker(path: string, name: string): Promise<number[]> {
  const worker = new Worker(WORKER, { workerData: { path, name, count: 200 } });
  const [offsets] = (await once(worker, 'message')) as [number[]];
  await once(worker, 'exit');
  return offsets;
}

test('LmdbLog handles in several threads give consecutive offsets, each to one record', async () => {
  const { log, path, dispose } = await temporaryLog();
  await log.ensureTopic('t');
  const own = Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const { firstOffset } = await log.append('t', [{ value: Buffer.from(`main:${i}`) }]);
      return firstOffset;
    }),
  );
  const names = ['one', 'two', 'three'];
  const offsets = [await own, ...(await Promise.all(names.map((name) => offsetsOfWorker(path, name))))];
  const { records } = await log.read(AT, 0);
  expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 800 }, (_, i) => i));
  ['main', ...names].forEach((name, index) => {
    const values = (offsets[index] ?? []).map((offset) =>
      Buffer.from(records[offset]?.value ?? []).toString(),
    );
    expect(values).toEqual(Array.from({ length: 200 }, (_, i) => `${name}:${i}`));
  });
  await dispose();
});

test('LmdbLog.read() waits for what another handle appends, and sees its commits and topics', async () => {
  const { log, path, dispose } = await temporaryLog();
  await log.ensureTopic('t');
  const other = await openLmdbLog({ path });
  const waiting = other.read(AT, 0, { waitMillis: 50_000 });
  await log.transact({
    appends: [{ topic: 't', records: [{ value: Buffer.from('a') }] }],
    commits: [{ group: 'g', ...AT, offset: 1, metadata: 'm' }],
  });
  expect((await waiting).records.map(({ offset }) => offset)).toEqual([0]);
  expect(await other.committed('g', AT)).toEqual({ offset: 1, metadata: 'm' });
  await other.append('t', [{ value: Buffer.from('b') }]);
  expect(await log.bounds(AT)).toEqual({ first: 0, next: 2 });
  await log.ensureTopic('later');
  expect(await other.identity('later')).toBe(await log.identity('later'));
  await other.close();
  await dispose();
});

test('LmdbLog keeps identities over a reopening, and renews them in a copy', async () => {
  const { log, path, dispose } = await temporaryLog();
  await log.ensureTopic('t');
  await log.append('t', [{ value: Buffer.from('a') }]);
  const identity = await log.identity('t');
  const again = await openLmdbLog({ path });
  expect(await again.identity('t')).toBe(identity);
  await again.close();

  const copy = await temporaryDirectory();
  await cp(path, copy.path, { recursive: true });
  const restored = await openLmdbLog({ path: copy.path });
  const renewed = await restored.identity('t');
  expect(renewed).not.toBe(identity);
  expect(await restored.bounds(AT)).toEqual({ first: 0, next: 1 });
  await restored.close();
  const reopened = await openLmdbLog({ path: copy.path });
  expect(await reopened.identity('t')).toBe(renewed);
  await reopened.close();
  await copy.remove();
  await dispose();
});

test('LmdbLog refuses appends over maxBytes as log-full, goes on committing, and takes more after truncation', async () => {
  const { log, dispose } = await temporaryLog({ maxBytes: 100_000 });
  await log.ensureTopic('t');
  const append = () => log.append('t', [{ value: Buffer.alloc(30_000) }]);
  await Promise.all([append(), append(), append()]);
  await expectLogError(append(), 'log-full');
  await log.commit([{ group: 'g', ...AT, offset: 1, metadata: '' }]);
  await log.truncate(AT, 2);
  expect(await append()).toMatchObject({ firstOffset: 3 });
  await dispose();
});

test('LmdbLog refuses what the disk does not take, keeps what it has and stays alive', async () => {
  const directory = await temporaryDirectory();
  // A limit on file size is what an unprivileged test can have of a full disk: writes then fail with EFBIG.
  const child = fork(join(import.meta.dirname, 'limited-child.ts'), [directory.path], {
    execPath: '/bin/sh',
    execArgv: ['-c', `ulimit -f 20000; exec "${process.execPath}" "$0" "$@"`],
  });
  const [report] = (await once(child, 'message')) as [
    { acknowledged: number; code: string; afterwards: string; readable: number },
  ];
  await once(child, 'exit');
  // A real full disk gives `log-full`; LMDB makes EIO of this one.
  expect(report.code).toBe('log-failed');
  expect(report.afterwards).toBe('log-failed');
  expect(report.acknowledged).toBeGreaterThan(0);
  expect(report.readable).toBe(report.acknowledged);
  await directory.remove();
});
