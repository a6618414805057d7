/** One process of the bench: `seed` fills a log, `measure` starts an engine on it, `take-over` another one. */
import { openLmdbLog } from '../../log/lmdb/open-lmdb-log.ts';
import { letHeapGrow } from '../../runtime/heap-growth.ts';
import { measureEngine, openEngine, SEEDED_MILLIS } from './measure-engine.ts';
import type { BenchMessage } from './messages.ts';
import { seedLog } from './seed.ts';

const MIB = 1024 * 1024;
const [task, path, count] = process.argv.slice(2);
if (path === undefined) throw new TypeError('Cannot run as the second argument names no directory');
const slos = Number(count);

function tell(message: BenchMessage): void {
  process.send?.(message);
}

function progress(text: string): void {
  tell({ type: 'progress', text });
}

letHeapGrow();
if (task === 'seed') {
  const log = await openLmdbLog({ path, now: () => SEEDED_MILLIS });
  const bytes = await seedLog(log, { slos, nowMillis: SEEDED_MILLIS, progress });
  await log.close();
  tell({ type: 'seeded', stateMib: bytes / MIB });
} else if (task === 'measure') {
  tell({ type: 'measured', figures: await measureEngine({ path, slos, progress }) });
} else {
  await openEngine(path, SEEDED_MILLIS + 20_000);
  tell({ type: 'taken-over' });
}
