/** Conditions of the store a caller branches on. Listed in docs/errors.md. */
export const STORE_ERROR_CODES = [
  /** Nothing answers at the endpoint, or the connection broke. */
  'unavailable',
  /** What answers is not ClickHouse. */
  'wrong-answer',
  /** No answer in time, ours or the engine's. */
  'timeout',
  /** The caller's signal ended it. */
  'aborted',
  /** Wrong secret, user, password or rights. */
  'refused',
  /** Too many statements at once. */
  'busy',
  /** Inserts come faster than merges, or one block spans too many partitions. */
  'too-many-parts',
  /** The memory limit was reached. */
  'memory',
  /** No space left on the device. */
  'disk-full',
  /** The table takes no rows: its server has lost Keeper, or its disk. */
  'read-only',
  /** Too few replicas confirm the insert. */
  'quorum',
  /** No such database, table, column or cluster. */
  'unknown-name',
  /** The statement itself is wrong: syntax, function, setting. */
  'bad-statement',
  /** The block's bytes or types do not fit. */
  'bad-data',
  /** Any other failure the engine reports. */
  'failed',
  /** The platform's package of the embedded engine is not installed. */
  'engine-missing',
  /** Another process holds the data directory. */
  'engine-locked',
  /** The embedded engine did not start. */
  'engine-failed',
  /** An applied migration is not the one this version knows. */
  'migration-changed',
  /** The database was migrated by a later version. */
  'migration-newer',
  /** Tables of these names were made by another program, and lack what Valet needs. */
  'foreign-tables',
  /** The server's time zone is not UTC. */
  'time-zone',
] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** `rejected`: nothing took effect. `unknown`: the statement may have taken effect; repeat it with the same token. */
export type StoreOutcome = 'rejected' | 'unknown';

export interface StoreErrorOptions extends ErrorOptions {
  /** @default 'rejected' */
  readonly outcome?: StoreOutcome;
  /** ClickHouse's own number, when it gave one. */
  readonly clickhouseCode?: number;
  /** See {@link StoreError.retryAfterMillis}. */
  readonly retryAfterMillis?: number;
}

/** A failure of the store. Branch on `code` and `outcome`; the message is for people. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly outcome: StoreOutcome;
  readonly clickhouseCode: number | undefined;
  /** ClickHouse is overloaded, or says so: the least time to wait before the next attempt, whatever one's own backoff. */
  readonly retryAfterMillis: number | undefined;

  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.code = code;
    this.outcome = options.outcome ?? 'rejected';
    this.clickhouseCode = options.clickhouseCode;
    this.retryAfterMillis = options.retryAfterMillis;
  }
}
