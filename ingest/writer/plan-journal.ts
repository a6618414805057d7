/**
 * Plans are also committed to a group that nobody joins: it tells the open batch when the writers' group is deleted.
 * Storing does not depend on it. Where it cannot be written, as a broker without the right for its group refuses it,
 * that is told once, and plans go without for a while.
 */
import { LogError } from '../../log/errors.ts';
import type { DurableLog, TopicPartition } from '../../log/types.ts';
import { backoffMillis, pause } from './backoff.ts';
import { type AttemptContext, report, Stopped, setFailing } from './persistent-attempt.ts';
import { journalGroup } from './plan.ts';

/** After so many failures plans go without it. */
const TRIES = 3;
const REST_MILLIS = 600_000;
const ACT = 'journaling the plan';

export interface PlanJournalOptions {
  readonly log: DurableLog;
  /** The writers' group. */
  readonly group: string;
  readonly of: TopicPartition;
  /** Plans go without from now on; not called again before one was journaled. */
  readonly onGivenUp: (cause: unknown) => void;
}

/** The journal of one partition. */
export class PlanJournal {
  readonly #options: PlanJournalOptions;
  #isGivenUp = false;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(options: PlanJournalOptions) {
    this.#options = options;
  }

  /** Resolves when the plan is in the journal, or goes without. Rejects with {@link Stopped}, and when the log closes. */
  async note(
    plan: { readonly first: number; readonly metadata: string },
    context: AttemptContext,
    isAbandoned: () => boolean,
  ): Promise<void> {
    if (performance.now() < this.#restsUntil) return;
    const { log, group, of } = this.#options;
    const commit = { group: journalGroup(group), ...of, offset: plan.first, metadata: plan.metadata };
    for (let failures = 0; ; ) {
      if (isAbandoned()) throw new Stopped();
      try {
        await log.commit([commit]);
        endFailing(context);
        this.#isGivenUp = false;
        return;
      } catch (error) {
        if (error instanceof LogError && error.code === 'log-closed') throw error;
        report(ACT, error, ++failures, context);
        if (failures === TRIES || isRefused(error)) return this.#giveUp(error, context);
      }
      if (!(await pause(backoffMillis(failures, context.backoff), context.signal))) throw new Stopped();
    }
  }

  #giveUp(cause: unknown, context: AttemptContext): void {
    endFailing(context);
    this.#restsUntil = performance.now() + REST_MILLIS;
    if (!this.#isGivenUp) this.#options.onGivenUp(cause);
    this.#isGivenUp = true;
  }
}

/** Figures of a partition that is another's by now are not touched. */
function endFailing(context: AttemptContext): void {
  if (context.failing.has(ACT) && !context.signal.aborted) setFailing(ACT, 0, context);
}

/** No right to the group; or somebody joined it, which says nothing of who owns the partition. */
function isRefused(error: unknown): boolean {
  return error instanceof LogError && (error.code === 'log-denied' || error.code === 'fenced');
}
