import { protobufOf } from '../../otlp/columns/encoding.ts';
import { type FieldRange, recordRanges } from '../../otlp/columns/record-ranges.ts';
import type { EncodedRequest } from '../../otlp/columns/types.ts';
import { EDIT, EditList } from '../../otlp/validate/edit-list.ts';
import { splice } from '../../otlp/validate/splice.ts';
import type { Signal } from '../../schemas/names.ts';
import type { RefusalReason, RefusedRows, RowPolicy } from '../writer/mapping/types.ts';
import type { DeadLetter } from './types.ts';

const SECONDS_PER_DAY = 86_400;
const DEFAULT_AHEAD_SECONDS = 86_400;

/** The refused rows of one request with one reason. */
interface Refusal {
  readonly request: number;
  readonly reason: RefusalReason;
  /** By kind of record: numbers within the request, in its order. */
  readonly records: Map<number, Set<number>>;
  count: number;
  earliestMillis: number;
  latestMillis: number;
}

/** What the refused rows come from. */
export interface RefusalContext {
  readonly signal: Signal;
  /** Those of the batch, by the indexes the rows name. */
  readonly requests: readonly EncodedRequest[];
  readonly policy: RowPolicy;
}

/**
 * A letter per request and reason, holding a valid request with just the refused rows: what else the request had is
 * stored, and must not be stored again when the letter is replayed.
 */
export function refusedLetters(refused: readonly RefusedRows[], context: RefusalContext): DeadLetter[] {
  return refusals(refused).map((refusal) => {
    const request = context.requests[refusal.request] as EncodedRequest;
    const { offset, appendedMillis, tenant } = request;
    return {
      offset,
      appendedMillis,
      tenant,
      reason: refusal.reason,
      detail: detailOf(refusal, context),
      rows: refusal.count,
      bytes: onlyRefused(refusal, protobufOf(context.signal, request.bytes), context.signal),
    };
  });
}

function refusals(refused: readonly RefusedRows[]): readonly Refusal[] {
  const found = new Map<string, Refusal>();
  for (const { reason, kind, rows, requestOf, times } of refused) {
    const firstRows = firstRowsOf(requestOf);
    for (const row of rows) {
      const request = requestOf[row] as number;
      const time = times[row] as number;
      const key = `${request}/${reason}`;
      const refusal: Refusal = found.get(key) ?? {
        request,
        reason,
        records: new Map(),
        count: 0,
        earliestMillis: time,
        latestMillis: time,
      };
      found.set(key, refusal);
      const records = refusal.records.get(kind) ?? new Set();
      refusal.records.set(kind, records.add(row - (firstRows.get(request) as number)));
      refusal.count++;
      refusal.earliestMillis = Math.min(refusal.earliestMillis, time);
      refusal.latestMillis = Math.max(refusal.latestMillis, time);
    }
  }
  return [...found.values()];
}

/** Rows lie in the order of their requests. */
function firstRowsOf(requestOf: Uint32Array): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let last = -1;
  for (let row = 0; row < requestOf.length; row++) {
    const request = requestOf[row] as number;
    if (request === last) continue;
    found.set(request, row);
    last = request;
  }
  return found;
}

/** The request without all other records, and without resources that have none of these. */
function onlyRefused({ records: refused }: Refusal, bytes: Uint8Array, signal: Signal): Uint8Array {
  const edits = new EditList();
  const cut = ({ start, end }: FieldRange) =>
    edits.add({ kind: EDIT.cut, start, end, value: 0, count: 0, at: start });
  const seen = new Map<number, number>();
  for (const resource of recordRanges(signal, bytes)) {
    const others = resource.records.filter(({ kind }) => {
      const number = seen.get(kind) ?? 0;
      seen.set(kind, number + 1);
      return !refused.get(kind)?.has(number);
    });
    if (others.length === resource.records.length) cut(resource);
    else others.forEach(cut);
  }
  return splice(bytes, edits, { nanos: [], tag: 0 });
}

function detailOf(
  { reason, count, earliestMillis, latestMillis }: Refusal,
  { signal, policy }: RefusalContext,
): string {
  const rows = count === 1 ? '1 row' : `${count} rows`;
  if (reason === 'too-old') {
    const days = policy.retentionSeconds[signal] / SECONDS_PER_DAY;
    return `${rows} older than the retention of ${days} d when appended; the oldest: ${instant(earliestMillis)}`;
  }
  const hours = (policy.maxAheadSeconds ?? DEFAULT_AHEAD_SECONDS) / 3600;
  return `${rows} more than ${hours} h ahead when appended; the latest: ${instant(latestMillis)}`;
}

function instant(millis: number): string {
  return new Date(millis).toISOString();
}
