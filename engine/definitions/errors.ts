/** Conditions of the `valet slo` commands; listed in docs/errors.md. */
export const SLO_COMMAND_ERROR_CODES = ['slo-files-unreadable', 'no-such-slo'] as const;
export type SloCommandErrorCode = (typeof SLO_COMMAND_ERROR_CODES)[number];

/** A command that cannot be carried out; the message says what to do. */
export class SloCommandError extends Error {
  readonly code: SloCommandErrorCode;

  constructor(code: SloCommandErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SloCommandError';
    this.code = code;
  }
}
