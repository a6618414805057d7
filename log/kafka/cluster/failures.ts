/** What goes wrong between this handle and the brokers. */
import { protocolErrorsCodesById } from '@platformatic/kafka';
import { LogError } from '../../errors.ts';
import { isDenial, isFencing } from './codes.ts';

/** No outcome yet, or one that time may change: the act may be repeated. Never leaves this folder. */
export class Unsettled extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unsettled';
  }
}

/** The broker's name for the code. */
export function nameOf(code: number): string {
  return protocolErrorsCodesById[code] ?? `error ${code}`;
}

/** A broker's refusal for good: `fenced` when somebody else has taken over, `log-denied` without the right, else `log-failed`. */
export function refusal(act: string, code: number): LogError {
  if (isFencing(code))
    return new LogError('fenced', `Cannot ${act} as another owner has taken over: ${nameOf(code)}`);
  return new LogError(isDenial(code) ? 'log-denied' : 'log-failed', `Cannot ${act}: ${nameOf(code)}`);
}

/** The broker's answer for now. */
export function unsettled(act: string, code: number): Unsettled {
  return new Unsettled(`Cannot ${act} yet: ${nameOf(code)}`);
}

export function logClosed(): LogError {
  return new LogError('log-closed', 'Cannot use the log as it is closed');
}

/** Wrong credentials and certificates do not get right by repeating. */
export function isHopeless(error: unknown): boolean {
  return causes(error).some(({ code }) => typeof code === 'string' && HOPELESS.test(code));
}

/** What it all began with. */
export function reasonOf(error: unknown): string {
  return causes(error).at(-1)?.message ?? String(error);
}

const HOPELESS = /^(PLT_KFK_AUTHENTICATION|ERR_TLS_.*|CERT_.*|.*SELF_SIGNED.*|UNABLE_TO_.*)$/;

interface Cause {
  readonly code?: unknown;
  readonly message: string;
}

/** The error and what it was caused by, down to the first one. */
function causes(error: unknown): readonly Cause[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [error, ...inner.flatMap(causes)];
}
