/**
 * Appends records and transactions without end, and prints a line per acknowledgement: `a <offset> <size>` or
 * `t <number>`. Transaction n appends one record to `left` and one to `right` and commits offset n.
 */
import { writeSync } from 'node:fs';
import { openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';
import { contentOf } from './content.ts';

const log = await openLmdbLog({
  path: process.argv[2] ?? '',
  commitMode: process.argv[3] === 'blocking' ? 'blocking' : 'background',
});
const start = (await log.bounds({ topic: 'left', partition: 0 })).next;

async function appends(seed: number): Promise<never> {
  for (let i = seed; ; i += 7) {
    const size = (i * 7919) % 200_000;
    const { firstOffset } = await log.append('t', [
      { value: contentOf(size), headers: { size: String(size) } },
    ]);
    writeSync(1, `a ${firstOffset} ${size}\n`);
  }
}

async function transactions(): Promise<never> {
  for (let n = start; ; n++) {
    const value = Buffer.from(String(n));
    await log.transact({
      appends: [
        { topic: 'left', records: [{ value }] },
        { topic: 'right', records: [{ value }] },
      ],
      commits: [{ group: 'g', topic: 'left', partition: 0, offset: n, metadata: `n=${n}` }],
    });
    writeSync(1, `t ${n}\n`);
  }
}

await Promise.all([appends(1), appends(2), appends(3), transactions()]);
