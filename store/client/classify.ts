import { StoreError, type StoreErrorCode, type StoreOutcome } from '../errors.ts';

interface Kind {
  readonly code: StoreErrorCode;
  readonly outcome: StoreOutcome;
  readonly numbers: readonly number[];
}

/**
 * ClickHouse's error numbers (src/Common/ErrorCodes.cpp) by what a caller can do about them. `rejected` only where
 * the engine finds out before it writes: a number that may also come from a view behind the table is `unknown`.
 */
const KINDS: readonly Kind[] = [
  { code: 'unknown-name', outcome: 'rejected', numbers: [8, 10, 16, 47, 60, 81] },
  { code: 'bad-statement', outcome: 'rejected', numbers: [42, 46, 48, 62, 63, 73, 115, 215] },
  { code: 'bad-data', outcome: 'rejected', numbers: [6, 7, 27, 32, 33, 53, 70, 108, 117, 128, 131, 261] },
  { code: 'refused', outcome: 'rejected', numbers: [164, 192, 193, 194, 195, 291, 497, 516] },
  { code: 'busy', outcome: 'rejected', numbers: [202] },
  { code: 'too-many-parts', outcome: 'unknown', numbers: [252] },
  { code: 'memory', outcome: 'unknown', numbers: [173, 241] },
  { code: 'disk-full', outcome: 'unknown', numbers: [243] },
  { code: 'timeout', outcome: 'unknown', numbers: [159, 160, 209] },
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
  });
}

/** An answer without ClickHouse's number: the embedded engine's 404 without its secret, or a proxy in between. */
export function httpFailure(act: string, status: number, text: string): StoreError {
  const refused = status === 401 || status === 403 || status === 404;
  const told = text.trim().slice(0, 500) || 'no explanation';
  return new StoreError(refused ? 'refused' : 'failed', `${act}: HTTP ${status}: ${told}`, {
    outcome: status < 500 ? 'rejected' : 'unknown',
  });
}

/** What the connection failed with. */
export function connectionFailure(act: string, cause: unknown): StoreError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const outcome = NEVER_CONNECTED.has(code) ? 'rejected' : 'unknown';
  const told = cause instanceof Error ? cause.message || code : String(cause);
  return new StoreError('unavailable', `${act}: ${told}`, { outcome, cause });
}
