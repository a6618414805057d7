/** What a receiver has to say to each record of a request, worked out from the tree of it. */
import type { RecordPolicy, RejectionReason, TimeRange } from '../../otlp/validate/types.ts';
import { OTLP_MESSAGES, type OtlpMessageName } from '../../schemas/otlp.ts';
import { NANOS_PER_MILLI } from '../moment.ts';
import { excessOf, keptFields } from './kept-fields.ts';
import { bitsOf, type WireField, type WireMessage } from './wire.ts';

/** One span, log record or data point of a request. */
export interface ExpectedRecord {
  readonly field: WireField;
  readonly message: WireMessage;
  /** The messages around it, the request first. */
  readonly around: readonly WireMessage[];
  /** Where it is: `resource_spans[0].scope_spans[0].spans[3]`. */
  readonly path: string;
  /** Undefined when it is to be taken. */
  readonly flaw: RejectionReason | undefined;
}

const RECORDS = new Set<OtlpMessageName>([
  'Span',
  'LogRecord',
  'NumberDataPoint',
  'HistogramDataPoint',
  'ExponentialHistogramDataPoint',
  'SummaryDataPoint',
]);
/** Messages around records. */
const HOLDERS = new Set<OtlpMessageName>([
  'ResourceSpans',
  'ResourceMetrics',
  'ResourceLogs',
  'ScopeSpans',
  'ScopeMetrics',
  'ScopeLogs',
  'Metric',
  'Gauge',
  'Sum',
  'Histogram',
  'ExponentialHistogram',
  'Summary',
]);
const TEMPORAL = new Set<OtlpMessageName>(['Sum', 'Histogram', 'ExponentialHistogram']);
const TEMPORALITY = 2;

/** Whether the message is one record. */
export function isRecord({ name }: WireMessage): boolean {
  return RECORDS.has(name);
}

/** Whether the message is around records. */
export function isHolder({ name }: WireMessage): boolean {
  return HOLDERS.has(name);
}

/** A request's records in their order, each with the reason why it is not to be taken. */
export function recordsOf(
  bytes: Uint8Array,
  request: WireMessage,
  policy: RecordPolicy,
): readonly ExpectedRecord[] {
  const found: ExpectedRecord[] = [];
  collect({ bytes, policy, found }, { around: [request], path: [], flaw: undefined });
  return found;
}

interface Search {
  readonly bytes: Uint8Array;
  readonly policy: RecordPolicy;
  readonly found: ExpectedRecord[];
}

/** Where a search is: the messages around, and what is wrong with the outermost of them. */
interface Place {
  readonly around: readonly WireMessage[];
  readonly path: readonly string[];
  readonly flaw: RejectionReason | undefined;
}

function collect(search: Search, { around, path, flaw }: Place): void {
  const message = around[around.length - 1] as WireMessage;
  const seen = new Map<number, number>();
  for (const field of message.fields) {
    const index = seen.get(field.number) ?? 0;
    seen.set(field.number, index + 1);
    const inner = field.message;
    if (inner === undefined) continue;
    const name = nameOf(message.name, field.number);
    const inside = [...path, message.name === 'Metric' ? name : `${name}[${index}]`];
    if (isRecord(inner)) {
      const own = flaw ?? recordFlaw(search, inner);
      search.found.push({ field, message: inner, around, path: inside.join('.'), flaw: own });
    } else if (isHolder(inner)) {
      const own = flaw ?? holderFlaw(search, inner);
      collect(search, { around: [...around, inner], path: inside, flaw: own });
    }
  }
}

function nameOf(message: OtlpMessageName, number: number): string {
  return OTLP_MESSAGES[message].find((field) => field.number === number)?.name ?? String(number);
}

/** What is wrong with a message around records is wrong with each of them. */
function holderFlaw({ bytes, policy }: Search, holder: WireMessage): RejectionReason | undefined {
  const flaw = limitFlaw(holder, policy);
  if (flaw !== undefined || !TEMPORAL.has(holder.name)) return flaw;
  const temporality = BigInt.asUintN(32, lastBits(bytes, holder, TEMPORALITY));
  return temporality === 1n || temporality === 2n ? undefined : 'unspecified-temporality';
}

/** First its form, then the limits of the policy, its time at last. */
function recordFlaw({ bytes, policy }: Search, record: WireMessage): RejectionReason | undefined {
  const flaw = formFlaw(bytes, record) ?? limitFlaw(record, policy);
  return flaw ?? (policy.clampMillis === undefined ? timeFlaw(bytes, record, policy) : undefined);
}

function formFlaw(bytes: Uint8Array, record: WireMessage): RejectionReason | undefined {
  if (record.name === 'Span') return spanFlaw(bytes, record);
  return record.name === 'HistogramDataPoint' && !bucketsFit(record) ? 'bucket-mismatch' : undefined;
}

/** Of a message without the records in it: a value that is too long or a list that is, whichever comes first. */
function limitFlaw(message: WireMessage, policy: RecordPolicy): RejectionReason | undefined {
  const { maxAttributes, maxValueBytes, overLongValues, excessAttributes } = policy;
  if (maxAttributes === undefined && maxValueBytes === undefined) return undefined;
  const all = withInner(message, policy);
  const isLong = (field: WireField) =>
    field.end - field.payload > (maxValueBytes ?? Number.POSITIVE_INFINITY);
  const values = all
    .filter(({ name }) => name === 'AnyValue')
    .flatMap(({ fields }) => fields.filter(isValue));
  const long = overLongValues === 'truncate' ? [] : values.filter(isLong);
  const excess =
    excessAttributes === 'truncate'
      ? []
      : all.flatMap((one) => excessOf(one, maxAttributes ?? Number.POSITIVE_INFINITY));
  const [firstLong, firstExcess] = [long, excess].map((fields) =>
    Math.min(...fields.map(({ start }) => start)),
  );
  if (firstLong === firstExcess) return undefined;
  return (firstLong as number) < (firstExcess as number) ? 'value-too-long' : 'too-many-attributes';
}

/** Whether a field of an AnyValue is a text or bytes. */
export function isValue({ number, wireType }: WireField): boolean {
  return wireType === 2 && (number === 1 || number === 7);
}

/** The message and all in it, but for records and what holds them, and for attributes that are dropped. */
function withInner(message: WireMessage, policy: RecordPolicy): WireMessage[] {
  const inner = keptFields(message, policy).flatMap(({ message: one }) =>
    one === undefined || isRecord(one) || isHolder(one) ? [] : withInner(one, policy),
  );
  return [message, ...inner];
}

/** The times of a record that its verdict is about: which fields have them, in nanoseconds; 0 where there is none. */
export function timesOf(
  bytes: Uint8Array,
  record: WireMessage,
): readonly { readonly number: number; readonly nanos: bigint }[] {
  const time = (number: number) => ({ number, nanos: lastBits(bytes, record, number) });
  if (record.name === 'Span') return time(8).nanos === 0n ? [time(7)] : [time(7), time(8)];
  if (record.name !== 'LogRecord') return [time(3)];
  if (time(1).nanos !== 0n) return [time(1)];
  // Without any time it is of the time it is appended.
  return time(11).nanos === 0n ? [] : [time(11)];
}

/** Why the record is rejected for its time. */
export function timeFlaw(
  bytes: Uint8Array,
  record: WireMessage,
  policy: RecordPolicy,
): RejectionReason | undefined {
  const [first, second] = timesOf(bytes, record);
  if (first === undefined) return undefined;
  if (sideOf(first.nanos, policy) === 'too-old') return 'too-old';
  const latest = second === undefined || second.nanos < first.nanos ? first.nanos : second.nanos;
  return sideOf(latest, policy) === 'too-far-ahead' ? 'too-far-ahead' : undefined;
}

/**
 * On which side of the range a time lies, undefined within it. Receivers look at nanoseconds as doubles: those that lie
 * closer to a bound than doubles do to one another, some 100 ns in our days, are taken.
 */
export function sideOf(
  nanos: bigint,
  { earliestMillis, latestMillis }: TimeRange,
): 'too-old' | 'too-far-ahead' | undefined {
  const time = Number(nanos);
  if (time < Number(BigInt(earliestMillis) * NANOS_PER_MILLI)) return 'too-old';
  return time > Number(BigInt(latestMillis) * NANOS_PER_MILLI) ? 'too-far-ahead' : undefined;
}

function spanFlaw(bytes: Uint8Array, span: WireMessage): RejectionReason | undefined {
  if (!isId(bytes, last(span, 1), 16)) return 'invalid-trace-id';
  if (!isId(bytes, last(span, 2), 8)) return 'invalid-span-id';
  const parent = last(span, 4);
  const parentLength = parent === undefined ? 0 : parent.end - parent.payload;
  return parentLength === 0 || parentLength === 8 ? undefined : 'invalid-parent-span-id';
}

function bucketsFit(point: WireMessage): boolean {
  const counts = elements(point, 6);
  const bounds = elements(point, 7);
  return counts === bounds + 1 || (counts === 0 && bounds === 0);
}

/** Packed or one by one: eight bytes each. */
function elements(message: WireMessage, number: number): number {
  return message.fields
    .filter((field) => field.number === number)
    .reduce((sum, { payload, end }) => sum + (end - payload) / 8, 0);
}

function isId(bytes: Uint8Array, field: WireField | undefined, length: number): boolean {
  if (field === undefined || field.end - field.payload !== length) return false;
  return bytes.subarray(field.payload, field.end).some((byte) => byte !== 0);
}

/** The last field of the number, the one that counts. */
export function last(message: WireMessage, number: number): WireField | undefined {
  return message.fields.findLast((field) => field.number === number);
}

/** The bits of the last field of the number, 0 when there is none. */
export function lastBits(bytes: Uint8Array, message: WireMessage, number: number): bigint {
  const field = last(message, number);
  return field === undefined ? 0n : bitsOf(bytes, field);
}
