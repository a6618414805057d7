import { isMainThread } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { DurableLog } from '../types.ts';
import { openEnvironment } from './environment.ts';
import { LmdbLog } from './lmdb-log.ts';
import type { CommitMode } from './write-queue.ts';

/** Options of {@link openLmdbLog}. */
export interface LmdbLogOptions {
  /** Directory of the environment; made when missing. */
  readonly path: string;
  /** The clock records are stamped with, milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Told when retention fails. */
  readonly logger?: Logger;
  /** Apply retention in the background; one handle per path is enough. @default false */
  readonly maintain?: boolean;
  /** @default 10_000 */
  readonly maintainMillis?: number;
  /** How this handle commits, see {@link CommitMode}. @default background in the main thread, blocking in workers */
  readonly commitMode?: CommitMode;
  /** Appends beyond this many stored bytes in the whole log are refused as `log-full`. @default 1 TiB */
  readonly maxBytes?: number;
  /** How often a waiting reader looks for records of other threads and processes. @default 10 */
  readonly pollMillis?: number;
}

/**
 * Opens a handle on the log in a directory. Any number of handles may be open on it, in threads and processes of one
 * machine (the file must not lie on a network file system).
 */
export async function openLmdbLog(options: LmdbLogOptions): Promise<DurableLog> {
  const log = new LmdbLog({
    environment: openEnvironment(options.path),
    now: options.now ?? Date.now,
    commitMode: options.commitMode ?? (isMainThread ? 'background' : 'blocking'),
    maxBytes: options.maxBytes ?? 2 ** 40,
    pollMillis: options.pollMillis ?? 10,
  });
  await log.settleIn();
  if (options.maintain)
    log.maintainEvery(options.maintainMillis ?? 10_000, (error) =>
      options.logger?.error({ err: error }, 'log retention failed'),
    );
  return log;
}
