import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentOf } from './content.ts';
import { temporaryLog } from './temporary-log.ts';

test('LmdbLog reuses the room of dropped records, and what is left stays whole', async () => {
  const retentionBytes = 4_000_000;
  const { log, path, dispose } = await temporaryLog();
  await log.ensureTopic('t', { retentionBytes });
  const at = { topic: 't', partition: 0 };
  const sizeOf = (i: number) => (i * 7919) % 150_000;
  for (let round = 0; round < 60; round++)
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const size = sizeOf(round * 10 + i);
        await log.append('t', [{ value: contentOf(size), headers: { size: String(size) } }]);
      }),
    );
  const { first, next } = await log.bounds(at);
  expect(next).toBe(600);
  const { records } = await log.read(at, 0, { maxBytes: 2 ** 30 });
  expect(records.map(({ offset }) => offset)).toEqual(
    Array.from({ length: next - first }, (_, i) => first + i),
  );
  for (const { value, headers } of records)
    expect(Buffer.compare(value, contentOf(Number(headers['size'])))).toBe(0);
  const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
  expect(bytes).toBeLessThanOrEqual(retentionBytes);
  const { size } = await stat(join(path, 'data.mdb'));
  // 45 MB went through it.
  expect(size).toBeLessThan(5 * retentionBytes);
  await dispose();
});

test('LmdbLog opened with maintain drops old records by itself', async () => {
  const { log, clock, dispose } = await temporaryLog({ maintain: true, maintainMillis: 1 });
  await log.ensureTopic('t', { retentionMillis: 1000 });
  const at = { topic: 't', partition: 0 };
  clock.setNow(1_000_000);
  await log.append('t', [{ value: Buffer.from('old') }]);
  clock.setNow(1_002_000);
  await log.append('t', [{ value: Buffer.from('young') }]);
  while ((await log.bounds(at)).first === 0) await new Promise(setImmediate);
  expect((await log.read(at, 0)).records.map(({ offset }) => offset)).toEqual([1]);
  await dispose();
});
