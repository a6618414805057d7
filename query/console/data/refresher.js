/** Decides when to read what: a pure rule, and the loop that applies it. */

/**
 * @typedef {{ readonly key: string, readonly path: () => string, readonly minMillis: number,
 *   readonly maxMillis: number, readonly absentMillis?: number }} Need
 *   A resource a view shows: read again after an update once `minMillis` passed, and after `maxMillis` anyway; after an
 *   answer 404 not before `absentMillis`.
 * @typedef {{ readonly startedAt: number, readonly pending: boolean, readonly failures: number,
 *   readonly error?: { readonly status: number } | undefined }} Progress
 * @typedef {{ readonly now: number, readonly updatedAt: number, readonly live: boolean, readonly hidden: boolean }} Situation
 */

const POLL_MILLIS = 5_000;
const HIDDEN_MILLIS = 15_000;
const FAILED_FIRST_MILLIS = 1_000;
const ABSENT_MILLIS = 10_000;
const FAILED_LAST_MILLIS = 10_000;

/** Whether a resource is to be read now. @param {Need} need @param {Progress} progress @param {Situation} situation */
export function isDue(need, progress, { now, updatedAt, live, hidden }) {
  if (progress.pending) return false;
  if (progress.startedAt === 0) return true;
  const since = now - progress.startedAt;
  if (progress.error?.status === 404) return since >= (need.absentMillis ?? ABSENT_MILLIS);
  if (progress.failures > 0) {
    const wait = Math.min(FAILED_LAST_MILLIS, FAILED_FIRST_MILLIS * 2 ** (progress.failures - 1));
    return since >= Math.max(wait, Math.min(need.minMillis, FAILED_LAST_MILLIS));
  }
  if (hidden) return since >= Math.max(HIDDEN_MILLIS, need.minMillis);
  if (!live) return since >= Math.max(Math.min(POLL_MILLIS, need.maxMillis), need.minMillis);
  return since >= need.maxMillis || (updatedAt > progress.startedAt && since >= need.minMillis);
}
