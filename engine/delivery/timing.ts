/**
 * How the times of the delivery fit together. All in milliseconds.
 *
 * 1. REPEAT is well within VALID: eight repeats may be lost before an alert ends at a target by itself.
 * 2. RESOLVES × REPEAT is longer than LEASE: what an engine says last that was cut off from the log, and does not know
 *    that another one has taken over, is corrected by an end its successor repeats.
 * 3. LEASE is longer than the pause between two checkpoints of a partition without SLOs (60 s, and up to 10 s more).
 * 4. RESOLVED_KEPT is longer than VALID: an end is told, or the alert has ended at the target by itself.
 */

/** An alert that fires is sent again after so long. */
export const REPEAT_MILLIS = 30_000;
/** What is not repeated ends at the target after so long. */
export const VALID_MILLIS = 300_000;
/** An end is sent so many times. */
export const RESOLVES = 5;
/** An end that no target has taken is given up after so long. */
export const RESOLVED_KEPT_MILLIS = 900_000;
/** Without a commit for so long, a partition may have another owner: nothing more is said of it. */
export const LEASE_MILLIS = 90_000;
/** An SLO evaluated up to so long ago is up to date. */
export const CURRENT_MILLIS = 60_000;
