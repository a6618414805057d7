import { StoreError, type StoreErrorCode, type StoreOutcome } from '../errors.ts';

interface Kind {
  readonly code: StoreErrorCode;
  readonly outcome: StoreOutcome;
  readonly numbers: readonly number[];
  /** How long to leave ClickHouse alone, where trying again soon would keep it from recovering. */
  readonly retryAfterMillis?: number;
}

/**
 * ClickHouse's error numbers (src/Common/ErrorCodes.cpp) by what a caller can do about them. `rejected` only where
 * the engine finds out before it writes: a number that may also come from a view behind the table is `unknown`.
 */
const KINDS: readonly Kind[] = [
  { code: 'unknown-name', outcome: 'rejected', numbers: [8, 10, 16, 47, 60, 81, 701] },
  { code: 'bad-statement', outcome: 'rejected', numbers: [42, 46, 48, 62, 63, 73, 115, 215] },
  { code: 'bad-data', outcome: 'rejected', numbers: [6, 7, 27, 32, 33, 53, 70, 108, 117, 128, 131, 261] },
  { code: 'refused', outcome: 'rejected', numbers: [164, 192, 193, 194, 195, 291, 497, 516] },
  { code: 'busy', outcome: 'rejected', numbers: [202], retryAfterMillis: 1_000 },
  { code: 'too-many-parts', outcome: 'unknown', numbers: [252], retryAfterMillis: 10_000 },
  { code: 'memory', outcome: 'unknown', numbers: [173, 241], retryAfterMillis: 5_000 },
  { code: 'disk-full', outcome: 'unknown', numbers: [243], retryAfterMillis: 30_000 },
  { code: 'read-only', outcome: 'unknown', numbers: [225, 242, 999], retryAfterMillis: 2_000 },
  { code: 'quorum', outcome: 'unknown', numbers: [285, 286, 319], retryAfterMillis: 5_000 },
  { code: 'timeout', outcome: 'unknown', numbers: [159, 160, 209], retryAfterMillis: 2_000 },
];

const KIND_OF_NUMBER = new Map(
  KINDS.flatMap((kind) => kind.numbers.map((number) => [number, kind] as const)),
);

/** Node's codes for a connection that was never made: nothing was sent. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** What the engine answered with: the number comes from a header, the text only serves people. */
export function engineFailure(act: string, number: number, text: string): StoreError {
  const kind = KIND_OF_NUMBER.get(number);
  return new StoreError(kind?.code ?? 'failed', `${act}: ${text.trim()}`, {
    outcome: kind?.outcome ?? 'unknown',
    clickhouseCode: number,
    ...(kind?.retryAfterMillis === undefined ? {} : { retryAfterMillis: kind.retryAfterMillis }),
  });
}

/** What an answer without ClickHouse's number says: the embedded engine's 404 without its secret, or a proxy. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** Header `Retry-After`. */
  readonly retryAfter?: string;
}

/** Such an answer as a failure; one with status 200 is not ClickHouse's at all. */
export function httpFailure(act: string, { status, text, retryAfter }: HttpAnswer): StoreError {
  const told = text.trim().slice(0, 500) || 'no explanation';
  const wait = retryAfterMillis(retryAfter) ?? (status === 429 || status === 503 ? 1_000 : undefined);
  return new StoreError(codeOfStatus(status), `${act}: HTTP ${status}: ${told}`, {
    outcome: status >= 400 && status < 500 ? 'rejected' : 'unknown',
    ...(wait === undefined ? {} : { retryAfterMillis: wait }),
  });
}

function codeOfStatus(status: number): StoreErrorCode {
  if (status < 400) return 'wrong-answer';
  if (status === 401 || status === 403 || status === 404) return 'refused';
  if (status === 429) return 'busy';
  return status >= 502 && status <= 504 ? 'unavailable' : 'failed';
}

/** In its form of seconds; nobody sends ClickHouse's callers a date. */
function retryAfterMillis(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,5}$/.test(header.trim()) ? Number(header) * 1_000 : undefined;
}

/** What the connection failed with. */
export function connectionFailure(act: string, cause: unknown): StoreError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const outcome = NEVER_CONNECTED.has(code) ? 'rejected' : 'unknown';
  const told = cause instanceof Error ? cause.message || code : String(cause);
  return new StoreError('unavailable', `${act}: ${told}`, { outcome, cause });
}

/** Whether another replica may well do what this one could not. */
export function isFaultOfHost({ code, clickhouseCode }: StoreError): boolean {
  // Without a number it is our own deadline: nothing was heard of this server.
  if (code === 'timeout') return clickhouseCode === undefined;
  return code === 'unavailable' || code === 'wrong-answer' || code === 'read-only';
}
