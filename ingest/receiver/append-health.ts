import { LogError } from '../../log/errors.ts';

/** What was appended. */
export type AppendKind = 'request' | 'heartbeat';

/** For so long from the first failure to the last: two heartbeats in a row, or senders that come back in vain. */
const FAILING_MILLIS = 15_000;
/** A heartbeat that the log took says little of requests so soon after it refused one: a full log may take the small. */
const QUIET_MILLIS = 30_000;

/**
 * Whether the log takes what is appended, over all signals: while it takes anything of a kind, it does. A process that
 * no sender is led to any more learns by its heartbeats that the log is back.
 */
export class AppendHealth {
  readonly #now: () => number;
  #firstFailureMillis: number | undefined;
  #lastFailureMillis = 0;
  #requestFailureMillis = Number.NEGATIVE_INFINITY;
  #reason = '';

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The log took something. */
  succeeded(kind: AppendKind): void {
    if (kind === 'heartbeat' && this.#now() - this.#requestFailureMillis < QUIET_MILLIS) return;
    this.#firstFailureMillis = undefined;
  }

  /** The log did not; a record that is too large is not its fault. */
  failed(kind: AppendKind, error: unknown): void {
    const code = error instanceof LogError ? error.code : 'unexpected';
    if (code === 'record-too-large') return;
    const now = this.#now();
    this.#firstFailureMillis ??= now;
    this.#lastFailureMillis = now;
    if (kind === 'request') this.#requestFailureMillis = now;
    this.#reason = code;
  }

  /** Why nothing can be taken, in words that stay the same; undefined when something can. */
  get problem(): string | undefined {
    const since = this.#firstFailureMillis;
    if (since === undefined || this.#lastFailureMillis - since < FAILING_MILLIS) return undefined;
    return `the log takes no requests since ${new Date(since).toISOString()} (${this.#reason})`;
  }
}
