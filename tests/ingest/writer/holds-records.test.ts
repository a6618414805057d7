import { expect, test } from 'vitest';
import { holdsRecords } from '../../../ingest/writer/holds-records.ts';
import { AT, WriterWorld } from './writer-world.ts';

async function world(): Promise<WriterWorld> {
  const created = await WriterWorld.create();
  await created.heartbeat();
  await created.append('a');
  await created.heartbeat();
  return created;
}

test.each([
  [0, 1, false],
  [0, 2, true],
  [2, 3, false],
  [2, 9, false],
  [9, 12, false],
])('holdsRecords() from %i to before %i is %s', async (first, before, expected) => {
  const { log } = await world();
  expect(await holdsRecords(log, AT, { first, before })).toBe(expected);
});

test('holdsRecords() throws when a read comes to nothing before the end: nobody knows what is there', async () => {
  const { log } = await world();
  log.read = async (_of, from) => ({ from, records: [], next: from });
  await expect(holdsRecords(log, AT, { first: 0, before: 2 })).rejects.toMatchObject({ code: 'log-failed' });
});
