/** What could not be stored. Kept in a table and on a topic: docs/formats/dead-letters.md. */

/** Why something is a dead letter. */
export const DEAD_LETTER_REASONS = [
  'undecodable',
  'damaged',
  'too-large',
  'too-old',
  'too-far-ahead',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** Tenant of a letter that may hold records of any: no tenant can have this name, so none of them sees it. */
export const UNKNOWN_TENANT = '?';

/** A log record, the rows of it, or a batch of them that the log cannot read, that is not stored. At most one per record and reason. */
export interface DeadLetter {
  /** Of the log record. */
  readonly offset: number;
  readonly appendedMillis: number;
  readonly tenant: string;
  readonly reason: DeadLetterReason;
  /** For people: what exactly is wrong. */
  readonly detail: string;
  /** Rows that are not stored; 0 when nobody can tell. */
  readonly rows: number;
  /** The record as it was, or a request with just the refused rows. */
  readonly bytes: Uint8Array;
}

/** A log record that was appended again from a dead letter. */
export interface Replay {
  /** Of the letter. */
  readonly letterId: string;
  /** Where the record came to stand. */
  readonly offset: number;
  readonly appendedMillis: number;
  readonly tenant: string;
}

/** The partition letters come from. */
export interface LetterSource {
  readonly topic: string;
  /** Of the log, see `log/identity.ts`. */
  readonly identity: string;
  readonly partition: number;
}
