import type { BatchBase, LogBatch, PointTable, SpanBatch } from './types.ts';

const HALF = 0x1_0000_0000;
/** 2^32 ns = 4294 ms and 967,296 ns. */
const HALF_MILLIS = 4294;
const HALF_REST_NANOS = 967_296;
const NANOS_PER_MILLI = 1_000_000;

/** Whole milliseconds, rounded down, of nanoseconds given as two 32-bit halves; exact for all 64 bits. */
export function millisOfHalves(high: number, low: number): number {
  return high * HALF_MILLIS + Math.floor((high * HALF_REST_NANOS + low) / NANOS_PER_MILLI);
}

/** The 32-bit halves of 64-bit values: low at 2i, high at 2i + 1. */
export function halvesOf(values: BigUint64Array | Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

/**
 * When each span happened for the engine: its end, or its start when the end is 0 or before the start.
 * Milliseconds since the epoch, rounded down; so a slice of whole seconds follows exactly.
 */
export function spanEventMillis(batch: SpanBatch): Float64Array {
  const millis = new Float64Array(batch.count);
  const starts = halvesOf(batch.startNanos);
  const ends = halvesOf(batch.endNanos);
  for (let row = 0; row < batch.count; row++) millis[row] = eventMillisOf(starts, ends, row);
  return millis;
}

/** The same of one span. */
export function spanEventMillisOf({ startNanos, endNanos }: SpanBatch, row: number): number {
  return eventMillisOf(halvesOf(startNanos), halvesOf(endNanos), row);
}

function eventMillisOf(starts: Uint32Array, ends: Uint32Array, row: number): number {
  const halves = hasUsableEnd(starts, ends, row) ? ends : starts;
  return millisOfHalves(halves[row * 2 + 1] as number, halves[row * 2] as number);
}

/** Whether a span's end is at or after its start, and not 0. */
export function hasUsableEnd(starts: Uint32Array, ends: Uint32Array, row: number): boolean {
  const startHigh = starts[row * 2 + 1] as number;
  const endHigh = ends[row * 2 + 1] as number;
  if (endHigh !== startHigh) return endHigh > startHigh;
  const endLow = ends[row * 2] as number;
  return endLow >= (starts[row * 2] as number) && (endHigh | endLow) !== 0;
}

/** Where a log record's time comes from, in the order of preference. */
export type LogTimeSource = 'time' | 'observed' | 'appended';

/** A log record's time: its own, else when it was observed, else when its request was appended to the log. */
export function logTimeSource(times: Uint32Array, observed: Uint32Array, row: number): LogTimeSource {
  if (((times[row * 2] as number) | (times[row * 2 + 1] as number)) !== 0) return 'time';
  const isObserved = ((observed[row * 2] as number) | (observed[row * 2 + 1] as number)) !== 0;
  return isObserved ? 'observed' : 'appended';
}

/** When each log record happened, for engine and table alike. Milliseconds since the epoch, rounded down. */
export function logEventMillis(batch: LogBatch): Float64Array {
  const millis = new Float64Array(batch.count);
  const times = halvesOf(batch.timeNanos);
  const observed = halvesOf(batch.observedNanos);
  for (let row = 0; row < batch.count; row++) {
    const from = logTimeSource(times, observed, row);
    if (from === 'appended') {
      millis[row] = appendedMillis(batch, batch.scope[row] as number);
    } else {
      const halves = from === 'time' ? times : observed;
      millis[row] = millisOfHalves(halves[row * 2 + 1] as number, halves[row * 2] as number);
    }
  }
  return millis;
}

/** The time of each point. Milliseconds since the epoch, rounded down. */
export function pointEventMillis(points: PointTable): Float64Array {
  return millisOf(points.timeNanos, points.count);
}

/** The first `count` times in whole milliseconds, rounded down. */
export function millisOf(nanos: BigUint64Array, count: number): Float64Array {
  const millis = new Float64Array(count);
  const halves = halvesOf(nanos);
  for (let row = 0; row < count; row++) {
    millis[row] = millisOfHalves(halves[row * 2 + 1] as number, halves[row * 2] as number);
  }
  return millis;
}

/** When the request that holds the scope was appended to the log, milliseconds since the epoch. */
export function appendedMillis(batch: BatchBase, scope: number): number {
  const resource = batch.scopes.resource[scope] as number;
  const request = batch.resources.request[resource] as number;
  return batch.requests[request]?.appendedMillis as number;
}

/** Milliseconds as nanoseconds in two halves. */
export function halvesOfMillis(millis: number): { readonly high: number; readonly low: number } {
  const nanos = BigInt(millis) * 1_000_000n;
  return { high: Number(nanos >> 32n), low: Number(nanos % BigInt(HALF)) };
}
