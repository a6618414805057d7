import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LmdbLog } from '../../../log/lmdb/lmdb-log.ts';
import { type LmdbLogOptions, openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';
import type { LogUnderTest, TestClock } from '../contract.ts';

/** A directory of its own for one test. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'valet-log-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** An LMDB log in a directory that goes with it. */
export async function temporaryLog(
  options: Partial<LmdbLogOptions> = {},
): Promise<LogUnderTest & { path: string; clock: TestClock }> {
  let now = 0;
  const { path, remove } = await temporaryDirectory();
  const log = await openLmdbLog({ path, now: () => now, ...options });
  return {
    log,
    path,
    clock: {
      setNow: (millis) => {
        now = millis;
      },
      maintain: () => (log as LmdbLog).maintain(),
    },
    dispose: async () => {
      await log.close();
      await remove();
    },
  };
}
