/** A worker thread that appends `count` records and posts the offsets it got. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';

const { path, name, count } = workerData as { path: string; name: string; count: number };
const log = await openLmdbLog({ path });
const offsets = await Promise.all(
  Array.from({ length: count }, async (_, i) => {
    const { firstOffset } = await log.append('t', [{ value: Buffer.from(`${name}:${i}`) }]);
    return firstOffset;
  }),
);
await log.close();
parentPort?.postMessage(offsets);
