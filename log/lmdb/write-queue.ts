import { statfs } from 'node:fs/promises';
import { LogError } from '../errors.ts';
import type { Environment } from './environment.ts';

/** One change of the log, run inside a write transaction. */
export interface WriteOperation<Result> {
  /** Throws to refuse; reads only. */
  check(): void;
  /** Writes. An exception here undoes the whole transaction and fails everything in it. */
  write(): Result;
  /** About how many bytes it writes. */
  readonly bytes: number;
}

/**
 * How a handle commits. `background`: the lock and the disk are waited for on a thread of the pool, but the lock is
 * also held until this thread's event loop comes round to do the writes; for threads that are never busy for long.
 * `blocking`: this thread waits for lock and disk itself and holds the lock no longer than the writes take; for
 * workers that compute for tens of milliseconds at a time, which would otherwise hold up every other appender.
 */
export type CommitMode = 'background' | 'blocking';

interface Waiting {
  readonly operation: WriteOperation<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly result: unknown } | { readonly refusal: unknown };

/** A transaction's pages live on the heap until it is written. */
const GROUP_BYTES = 64 * 2 ** 20;

/** Group commit: whatever arrives while a transaction is being written shares the next one. */
export class WriteQueue {
  readonly #root: Environment['root'];
  readonly #path: string;
  readonly #mode: CommitMode;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor({ root, path }: Environment, mode: CommitMode) {
    this.#root = root;
    this.#path = path;
    this.#mode = mode;
  }

  /** Resolves with the operation's result when its transaction is durable; operations keep their order. */
  submit<Result>(operation: WriteOperation<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ operation, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything submitted so far is settled. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Lets everything of this turn of the event loop into the first group.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#commit(this.#nextGroup());
    this.#running = undefined;
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ operation }, index) => {
      bytes += operation.bytes;
      return index > 0 && bytes > GROUP_BYTES;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  async #commit(group: Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#transaction(() => group.map(({ operation }) => perform(operation)));
      group.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index] as Outcome;
        if ('result' in outcome) resolve(outcome.result);
        else reject(outcome.refusal);
      });
    } catch (error) {
      const failure = await failureOf(error, this.#path);
      for (const { reject } of group) reject(failure);
    }
  }

  /** All of `writes` or nothing: an exception aborts. The plain asynchronous `transaction` would commit what went before it. */
  #transaction<Result>(writes: () => Result): Result | Promise<Result> {
    return this.#mode === 'blocking'
      ? this.#root.transactionSync(writes)
      : this.#root.childTransaction(writes);
  }
}

function perform(operation: WriteOperation<unknown>): Outcome {
  try {
    operation.check();
  } catch (refusal) {
    return { refusal };
  }
  return { result: operation.write() };
}

/** EIO, ENOSPC, EDQUOT, EFBIG, MDB_MAP_FULL. */
const EIO = 5;
const FULL_CODES: ReadonlySet<unknown> = new Set([28, 122, 27, -30_792]);

/** A failed commit as a {@link LogError}. The package hides the reason of a background one in a second promise. */
async function failureOf(error: unknown, path: string): Promise<LogError> {
  const hidden = error as { commitError?: Promise<never> };
  const cause = hidden.commitError ? await hidden.commitError.catch((reason: unknown) => reason) : error;
  const { code, message } = cause as { code?: unknown; message?: string };
  // LMDB makes EIO of a write that found room for its first part only (`mdb_page_flush` in lmdb's mdb.c).
  const full = FULL_CODES.has(code) || (code === EIO && (await isFull(path)));
  return full
    ? new LogError('log-full', 'Cannot write to the log as its disk is full', { cause })
    : new LogError('log-failed', `Cannot write to the log: ${message}`, { cause });
}

async function isFull(path: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize < GROUP_BYTES;
}
