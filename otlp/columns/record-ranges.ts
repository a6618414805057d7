import type { Signal } from '../../schemas/names.ts';
import { Fields } from './fields.ts';
import { METRIC_KIND } from './types.ts';

/** Where a field is in its request: `[start, end)`, its tag included. */
export interface FieldRange {
  readonly start: number;
  readonly end: number;
}

/** Where a record is. */
export interface RecordRange extends FieldRange {
  /** Of a metric's points the kind (`METRIC_KIND`); 0 for spans and log records. */
  readonly kind: number;
}

/** Where a resource with all its scopes is, and the records in it. */
export interface ResourceRange extends FieldRange {
  readonly records: readonly RecordRange[];
}

/** Tells of a field: its tag, its payload, and where the field itself starts. */
type Visit = (tag: number, payload: FieldRange, start: number) => void;

const POINT_KINDS: ReadonlySet<number> = new Set(Object.values(METRIC_KIND));
const NO_KIND = 0;
const LENGTH_DELIMITED = 2;

/**
 * The records of a protobuf request that decodes, by resource, in the order in which the decoders make rows of them:
 * for metrics the n-th range of a kind is the n-th row of that kind's table.
 */
export function recordRanges(signal: Signal, bytes: Uint8Array): readonly ResourceRange[] {
  const found: ResourceRange[] = [];
  eachField(bytes, { start: 0, end: bytes.length }, (tag, payload, start) => {
    if (tag !== 0x0a) return;
    const records: RecordRange[] = [];
    eachField(bytes, payload, (scopeTag, scope) => {
      if (scopeTag === 0x12) scopeRanges(signal, bytes, { scope, records });
    });
    found.push({ start, end: payload.end, records });
  });
  return found;
}

function scopeRanges(
  signal: Signal,
  bytes: Uint8Array,
  { scope, records }: { readonly scope: FieldRange; readonly records: RecordRange[] },
): void {
  eachField(bytes, scope, (tag, payload, start) => {
    if (tag !== 0x12) return;
    if (signal === 'metrics') pointRanges(bytes, payload, records);
    else records.push({ start, end: payload.end, kind: NO_KIND });
  });
}

/** Every data field of a metric counts, as in the decoder. */
function pointRanges(bytes: Uint8Array, metric: FieldRange, found: RecordRange[]): void {
  eachField(bytes, metric, (tag, data) => {
    const kind = tag >>> 3;
    if ((tag & 7) !== LENGTH_DELIMITED || !POINT_KINDS.has(kind)) return;
    eachField(bytes, data, (pointTag, payload, start) => {
      if (pointTag === 0x0a) found.push({ start, end: payload.end, kind });
    });
  });
}

function eachField(bytes: Uint8Array, message: FieldRange, visit: Visit): void {
  const fields = new Fields(bytes, message.start, message.end);
  let start = message.start;
  while (fields.next()) {
    const { end } = fields;
    visit(fields.tag, { start: fields.start, end }, start);
    start = end;
  }
}
