import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';
import type { DurableLog, StoredRecord } from '../../../log/types.ts';
import { contentOf } from './content.ts';
import { temporaryDirectory } from './temporary-log.ts';

const CHILD = join(import.meta.dirname, 'killed-child.ts');

interface Acknowledged {
  readonly sizes: Map<number, number>;
  lastTransaction: number;
}

/** Lets a child append until it has acknowledged `lines` things, and kills it in the midst of the next. */
async function runAndKill(path: string, mode: string, lines: number, seen: Acknowledged): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, path, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  if (!child.stdout) throw new Error('Cannot read what the child prints');
  let left = lines;
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, first, size] = line.split(' ');
    if (kind === 'a') seen.sizes.set(Number(first), Number(size));
    else seen.lastTransaction = Number(first);
    if (--left === 0) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
}

async function all(log: DurableLog, topic: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  const { first, next } = await log.bounds({ topic, partition: 0 });
  while (first + records.length < next)
    records.push(...(await log.read({ topic, partition: 0 }, first + records.length)).records);
  return records;
}

async function verify(log: DurableLog, seen: Acknowledged): Promise<void> {
  const records = await all(log, 't');
  expect(records.map(({ offset }) => offset)).toEqual(records.map((_, index) => index));
  const damaged = records.filter(
    ({ value, headers }) => Buffer.compare(value, contentOf(Number(headers['size']))) !== 0,
  );
  expect(damaged).toEqual([]);
  const missing = [...seen.sizes].filter(([offset, size]) => records[offset]?.value.length !== size);
  expect(missing).toEqual([]);

  const [left, right] = [await all(log, 'left'), await all(log, 'right')];
  const numbers = left.map(({ value }) => Number(Buffer.from(value).toString()));
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect(right.map(({ value }) => Number(Buffer.from(value).toString()))).toEqual(numbers);
  expect(numbers.length).toBeGreaterThan(seen.lastTransaction);
  const last = numbers.length - 1;
  expect(await log.committed('g', { topic: 'left', partition: 0 })).toEqual({
    offset: last,
    metadata: `n=${last}`,
  });
}

for (const mode of ['background', 'blocking'])
  test(`LmdbLog (${mode}) has every acknowledged record and no half transaction after each kill -9`, async () => {
    const { path, remove } = await temporaryDirectory();
    const first = await openLmdbLog({ path });
    for (const topic of ['t', 'left', 'right']) await first.ensureTopic(topic);
    await first.close();
    const seen: Acknowledged = { sizes: new Map(), lastTransaction: -1 };
    for (let round = 0; round < 4; round++) {
      await runAndKill(path, mode, 20 + Math.floor(Math.random() * 150), seen);
      const log = await openLmdbLog({ path });
      await verify(log, seen);
      await log.close();
    }
    await remove();
  });
