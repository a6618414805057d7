/** Conditions of the `valet dlq` commands; listed in docs/errors.md. */
export const DEAD_LETTER_ERROR_CODES = [
  'invalid-filter',
  'no-such-letter',
  'ambiguous-letter',
  'already-replayed',
  'letters-unreachable',
  'log-unreachable',
] as const;
export type DeadLetterErrorCode = (typeof DEAD_LETTER_ERROR_CODES)[number];

/** A command that cannot be carried out; the message says what to do. */
export class DeadLetterError extends Error {
  readonly code: DeadLetterErrorCode;

  constructor(code: DeadLetterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeadLetterError';
    this.code = code;
  }
}
