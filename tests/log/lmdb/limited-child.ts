/** Appends until the log refuses, in a process that may only write small files, then says what it saw. */
import { openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';

// The kernel sends this signal beside the error; handled, only the error is left.
process.on('SIGXFSZ', () => {});
const log = await openLmdbLog({ path: process.argv[2] ?? '' });
await log.ensureTopic('t');
let acknowledged = 0;

async function append(): Promise<unknown> {
  try {
    await log.append('t', [{ value: Buffer.alloc(200_000, acknowledged) }]);
    acknowledged++;
    return undefined;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

let code: unknown;
while (code === undefined && acknowledged < 1000) code = await append();
const afterwards = await append();
const { records } = await log.read({ topic: 't', partition: 0 }, 0, { maxBytes: 2 ** 30 });
process.send?.({ acknowledged, code, afterwards, readable: records.length }, () => process.disconnect());
await log.close();
