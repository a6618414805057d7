/** Conditions of the log a caller branches on. */
export const LOG_ERROR_CODES = [
  'offset-out-of-range',
  'unknown-topic',
  'metadata-too-large',
  'record-too-large',
  'fenced',
  'log-full',
  'log-failed',
  'log-denied',
  'log-closed',
] as const;
export type LogErrorCode = (typeof LOG_ERROR_CODES)[number];

/** A failure of the durable log; `code` is stable and listed in docs/errors.md. */
export class LogError extends Error {
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogError';
    this.code = code;
  }
}
