/**
 * Keeps one target told, apart from all others.
 *
 * 1. What is new or has changed is sent at once and first, what fires again every REPEAT, an end RESOLVES times.
 * 2. A target that fails is tried again after growing pauses, with what is so by then: nothing is queued.
 * 3. Of a request refused for its content the halves are sent, down to single alerts: one that a target does not want
 *    does not hold up the others, and is tried again with the next repetition.
 */
import type { Logger } from 'pino';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import type { Target } from './parse-targets.ts';
import { type Failure, postJson } from './post-json.ts';
import { TargetHealth } from './target-health.ts';
import { REPEAT_MILLIS, RESOLVES } from './timing.ts';
import type { Notification } from './types.ts';

export interface TargetSenderOptions {
  readonly target: Target;
  /** What the target has to know at an instant, each key once. */
  readonly notifications: (nowMillis: number) => readonly Notification[];
  /** The body of a request, as JSON. */
  readonly bodyOf: (notifications: readonly Notification[], nowMillis: number) => unknown;
  readonly metrics: DeliveryMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A target that has not answered by then has failed. @default 10,000 */
  readonly timeoutMillis?: number;
}

/** What a target was told of one set of labels. */
interface Tally {
  readonly revision: string;
  /** When it was sent last, taken or not. */
  readonly sentMillis: number;
  /** How often it was taken as it is now. */
  readonly taken: number;
}

/** Alerts in one request. */
export const MAX_ALERTS = 64;
/** Requests of one round: what is new meanwhile does not wait for more. */
const MAX_REQUESTS = 16;
const TIMEOUT_MILLIS = 10_000;
/** So many single alerts refused in a row, and the target is taken to refuse everything. */
const MAX_REFUSALS = 8;

/** See above; advanced by `round`. */
export class TargetSender {
  readonly #options: TargetSenderOptions;
  readonly #tallies = new Map<string, Tally>();
  readonly #health: TargetHealth;
  /** Single alerts refused since one was taken. */
  #refusals = 0;

  constructor(options: TargetSenderOptions) {
    this.#options = options;
    this.#health = new TargetHealth(options);
  }

  /**
   * Sends what is due, up to a limit. Resolves when the target has taken it or failed, with true when more is due;
   * never rejects.
   */
  async round(signal: AbortSignal): Promise<boolean> {
    const { now, notifications, metrics, target } = this.#options;
    const nowMillis = now();
    const wanted = notifications(nowMillis);
    this.#forget(wanted);
    const due = this.#health.isPaused(nowMillis) ? [] : this.#due(wanted, nowMillis);
    let sent = 0;
    while (sent < Math.min(due.length, MAX_REQUESTS * MAX_ALERTS) && !signal.aborted) {
      if (!(await this.#send(due.slice(sent, sent + MAX_ALERTS), signal))) break;
      sent += MAX_ALERTS;
    }
    metrics.waiting.set({ target: target.name }, wanted.filter((each) => this.#isWaiting(each)).length);
    return sent > 0 && sent < due.length;
  }

  /** What is new first, then what was sent longest ago. */
  #due(wanted: readonly Notification[], nowMillis: number): readonly Notification[] {
    const sentMillis = (each: Notification) => this.#tallyOf(each)?.sentMillis ?? Number.MIN_SAFE_INTEGER;
    return wanted
      .filter((each) => this.#isDue(each, nowMillis))
      .sort((a, b) => sentMillis(a) - sentMillis(b));
  }

  #isDue(notification: Notification, nowMillis: number): boolean {
    const tally = this.#tallyOf(notification);
    if (tally === undefined) return true;
    if (notification.endsAt !== null && tally.taken >= RESOLVES) return false;
    return Math.abs(nowMillis - tally.sentMillis) >= REPEAT_MILLIS;
  }

  /** Whether the target has not taken it as it is now. */
  #isWaiting(notification: Notification): boolean {
    return (this.#tallyOf(notification)?.taken ?? 0) === 0;
  }

  #tallyOf({ key, revision }: Notification): Tally | undefined {
    const tally = this.#tallies.get(key);
    return tally?.revision === revision ? tally : undefined;
  }

  #forget(wanted: readonly Notification[]): void {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const key of this.#tallies.keys()) if (!keys.has(key)) this.#tallies.delete(key);
  }

  /** False when the target has failed and the rest has to wait. */
  async #send(batch: readonly Notification[], signal: AbortSignal): Promise<boolean> {
    const { target, bodyOf, now, timeoutMillis = TIMEOUT_MILLIS } = this.#options;
    const nowMillis = now();
    const failure = await postJson(target, bodyOf(batch, nowMillis), { timeoutMillis, signal });
    // What was ended from here says nothing of the target.
    if (failure !== undefined && signal.aborted) return false;
    if (failure === undefined) {
      this.#refusals = 0;
      this.#note(batch, { sentMillis: nowMillis, taken: 1 });
      this.#health.taken(batch.length);
      return true;
    }
    if (!failure.isOfContent) {
      this.#health.failed(failure);
      return false;
    }
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      return (await this.#send(batch.slice(0, half), signal)) && this.#send(batch.slice(half), signal);
    }
    return this.#refused(batch, { failure, nowMillis });
  }

  #refused(
    batch: readonly Notification[],
    { failure, nowMillis }: { readonly failure: Failure; readonly nowMillis: number },
  ): boolean {
    const { target, logger, metrics } = this.#options;
    for (const notification of batch) {
      if (this.#tallyOf(notification) !== undefined) continue;
      const { labels } = notification;
      logger.warn({ target: target.name, labels, detail: failure.detail }, 'target refuses an alert');
    }
    this.#note(batch, { sentMillis: nowMillis, taken: 0 });
    this.#refusals += 1;
    if (this.#refusals >= MAX_REFUSALS) {
      this.#health.failed(failure);
      return false;
    }
    metrics.failures.inc({ target: target.name, reason: failure.reason });
    return true;
  }

  #note(
    batch: readonly Notification[],
    { sentMillis, taken }: { readonly sentMillis: number; readonly taken: number },
  ): void {
    for (const notification of batch) {
      const { key, revision } = notification;
      const before = this.#tallyOf(notification)?.taken ?? 0;
      this.#tallies.set(key, { revision, sentMillis, taken: before + taken });
    }
  }
}
