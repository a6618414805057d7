import type { Logger } from 'pino';
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
}

/**
 * Repeats the same act until it succeeds: after an unknown outcome nothing else may be done, and after a refusal the
 * plan is immutable, so waiting for somebody to make room, give rights or repair the table is all there is. Every
 * failure is counted and logged, a refusal as an error. Ends with {@link Stopped} only, between attempts.
 */
export async function persist(
  act: string,
  attempt: () => Promise<void>,
  context: AttemptContext,
): Promise<void> {
  const { topic, partition, signal, metrics } = context;
  for (let failures = 0; ; ) {
    try {
      await attempt();
      if (failures > 0) metrics.stalled.set({ topic, partition }, 0);
      return;
    } catch (error) {
      failures++;
      report(act, error, failures, context);
      if (signal.aborted || !(await pause(backoffMillis(failures, context.backoff), signal)))
        throw new Stopped();
    }
  }
}

/** Counts and logs one failure. */
export function report(act: string, error: unknown, failures: number, context: AttemptContext): void {
  const { topic, partition, logger, metrics } = context;
  const { code, outcome } = describe(error);
  metrics.failures.inc({ topic, code, outcome });
  metrics.stalled.set({ topic, partition }, failures);
  const fields = { err: error, topic, partition, failures, code, outcome };
  if (outcome === 'unknown') logger.warn(fields, `${act} failed, to be repeated`);
  else logger.error(fields, `${act} was refused, to be repeated`);
}

function describe(error: unknown): { code: string; outcome: string } {
  if (error instanceof StoreError) return { code: error.code, outcome: error.outcome };
  const code = (error as { code?: unknown } | undefined)?.code;
  return { code: typeof code === 'string' ? code : 'unexpected', outcome: 'rejected' };
}
