import type { Signal } from '../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../schemas/otlp.ts';
import { EDIT, type Edit, type EditList } from './edit-list.ts';
import { locate } from './locate.ts';
import { recordStarts } from './record-starts.ts';
import {
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  REJECTION_REASONS,
  type Rejection,
  type RejectionReason,
} from './types.ts';
import { messageNumber } from './wire-table.ts';

/** The field a reason is about, below what it rejects; absent where the place itself is told. */
const FIELD_OF_REASON: Readonly<Partial<Record<RejectionReason, string>>> = {
  'invalid-trace-id': 'trace_id',
  'invalid-span-id': 'span_id',
  'invalid-parent-span-id': 'parent_span_id',
  'too-old': 'time',
  'too-far-ahead': 'time',
  'unspecified-temporality': 'aggregation_temporality',
  'bucket-mismatch': 'bucket_counts',
};
const CHANGE_OF_EDIT: Readonly<Record<number, ChangeKind>> = {
  [EDIT.truncate]: 'truncated-value',
  [EDIT.addTime]: 'moved-time',
  [EDIT.setTime]: 'moved-time',
  [EDIT.drop]: 'dropped-attribute',
};

interface Tally {
  count: number;
  readonly firstPath: string;
}

/** Counts a request's edits, records by reason and values by kind of change, and says where the first of each is. */
export function tallyEdits(
  signal: Signal,
  bytes: Uint8Array,
  edits: EditList,
): { readonly rejections: readonly Rejection[]; readonly changes: readonly Change[] } {
  const found = new Map<RejectionReason | ChangeKind, Tally>();
  for (const edit of edits) {
    const key = CHANGE_OF_EDIT[edit.kind] ?? (REJECTION_REASONS[edit.value] as RejectionReason);
    // An edit without a count is about one value.
    const count = edit.count || 1;
    const tally = found.get(key);
    if (tally) tally.count += count;
    else found.set(key, { count, firstPath: pathOf(signal, bytes, edit) });
  }
  return {
    rejections: REJECTION_REASONS.flatMap((reason) => entry({ reason }, found.get(reason))),
    changes: CHANGE_KINDS.flatMap((kind) => entry({ kind }, found.get(kind))),
  };
}

/** Where in the request the record is that is number `number` of those no edit cuts. */
export function acceptedRecordPath(
  signal: Signal,
  bytes: Uint8Array,
  { edits, number }: { readonly edits: EditList; readonly number: number },
): string {
  const message = REQUEST_MESSAGE[signal];
  const cuts = [...edits].filter(({ kind }) => kind === EDIT.cut);
  const request = { type: messageNumber(message), start: 0, end: bytes.length };
  let cut = 0;
  let left = number;
  for (const start of recordStarts(bytes, request)) {
    while ((cuts[cut]?.end ?? Number.POSITIVE_INFINITY) <= start) cut++;
    if ((cuts[cut]?.start ?? Number.POSITIVE_INFINITY) <= start) continue;
    if (left-- === 0) return locate(bytes, message, start);
  }
  return message;
}

function entry<Key extends object>(key: Key, tally: Tally | undefined): readonly (Key & Tally)[] {
  return tally === undefined ? [] : [{ ...key, ...tally }];
}

function pathOf(signal: Signal, bytes: Uint8Array, { kind, value, at }: Edit): string {
  const path = locate(bytes, REQUEST_MESSAGE[signal], at);
  if (kind === EDIT.addTime) return `${path}.${timeField(signal, 'too-old')}`;
  const reason = REJECTION_REASONS[value];
  const field = kind === EDIT.cut && reason !== undefined ? FIELD_OF_REASON[reason] : undefined;
  if (field === undefined || reason === undefined) return path;
  return `${path}.${field === 'time' ? timeField(signal, reason) : field}`;
}

/** A span's start is what tables expire by; its end is what may lie furthest ahead. */
function timeField(signal: Signal, reason: RejectionReason): string {
  if (signal !== 'traces') return 'time_unix_nano';
  return reason === 'too-old' ? 'start_time_unix_nano' : 'end_time_unix_nano';
}
