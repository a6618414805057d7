import type { Logger } from 'pino';
import { LogError } from '../../log/errors.ts';
import { StoreError } from '../../store/errors.ts';
import { type BackoffOptions, backoffMillis, pause } from './backoff.ts';
import type { WriterMetrics } from './writer-metrics.ts';

/** Thrown when the writer is told to stop between two attempts: what was attempted is still planned. */
export class Stopped extends Error {
  constructor() {
    super('Cannot go on as the writer was told to stop');
    this.name = 'Stopped';
  }
}

/** What an attempt needs around it. */
export interface AttemptContext {
  readonly topic: string;
  readonly partition: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly metrics: WriterMetrics;
  readonly backoff: BackoffOptions;
  /** Acts that fail now, with how often; shared by all attempts of the partition. */
  readonly failing: Map<string, number>;
  /** Before each attempt: makes sure that the partition is still ours; `fenced` or {@link Stopped} when not. */
  readonly prove?: () => Promise<void>;
}

/**
 * Repeats the same act until it succeeds: after an unknown outcome nothing else may be done, and after a refusal the
 * plan is immutable, so waiting for somebody to make room, give rights or repair the table is all there is. Every
 * failure is counted and logged, a refusal as an error. Ends with {@link Stopped} between attempts, or with `fenced`
 * when the partition has another owner.
 */
export async function persist(
  act: string,
  attempt: () => Promise<void>,
  context: AttemptContext,
): Promise<void> {
  const { signal, failing } = context;
  for (let failures = 0; ; ) {
    try {
      await context.prove?.();
      await attempt();
      // Also what an earlier try has left that was stopped; but not of a partition that is another's by now.
      if (failing.has(act) && !signal.aborted) setFailing(act, 0, context);
      return;
    } catch (error) {
      if (isFenced(error) || error instanceof Stopped) throw error;
      failures++;
      report(act, error, failures, context);
      if (signal.aborted || !(await pause(waitMillis(error, failures, context), signal))) throw new Stopped();
    }
  }
}

/** How long to wait after a failure: the backoff, or longer when the store asks for it. */
export function waitMillis(error: unknown, failures: number, { backoff }: AttemptContext): number {
  const asked = error instanceof StoreError ? (error.retryAfterMillis ?? 0) : 0;
  return Math.max(backoffMillis(failures, backoff), Math.min(asked, backoff.maxAskedMillis ?? 120_000));
}

/** Counts and logs one failure. */
export function report(act: string, error: unknown, failures: number, context: AttemptContext): void {
  const { topic, partition, signal, logger, metrics } = context;
  const { code, outcome } = describe(error);
  metrics.failures.inc({ topic, code, outcome });
  // Who is told to go has lost the partition, or is about to.
  if (!signal.aborted) {
    setFailing(act, failures, context);
    metrics.stalls.failed({ topic, partition }, `${act} failed (${code})`);
  }
  const fields = { err: error, topic, partition, failures, code, outcome };
  if (outcome === 'unknown') logger.warn(fields, `${act} failed, to be repeated`);
  else logger.error(fields, `${act} was refused, to be repeated`);
}

/** Notes how often an act has failed by now; the gauge shows the worst. */
export function setFailing(act: string, failures: number, context: AttemptContext): void {
  const { topic, partition, metrics, failing } = context;
  if (failures === 0) failing.delete(act);
  else failing.set(act, failures);
  metrics.stalled.set({ topic, partition }, Math.max(0, ...failing.values()));
  if (failing.size === 0) metrics.stalls.ended({ topic, partition });
}

/** The group has given the partition to another member. */
export function isFenced(error: unknown): boolean {
  return error instanceof LogError && error.code === 'fenced';
}

function describe(error: unknown): { code: string; outcome: string } {
  if (error instanceof StoreError) return { code: error.code, outcome: error.outcome };
  const code = (error as { code?: unknown } | undefined)?.code;
  return { code: typeof code === 'string' ? code : 'unexpected', outcome: 'rejected' };
}
