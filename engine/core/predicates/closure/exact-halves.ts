/** Whole 64-bit numbers of a batch as 32-bit halves (low at 2i, high at 2i + 1), times as the tables have them. */
import {
  appendedMillis,
  halvesOf,
  halvesOfMillis,
  hasUsableEnd,
  logTimeSource,
} from '../../../../otlp/columns/event-time.ts';
import type { LogBatch, SpanBatch } from '../../../../otlp/columns/types.ts';

/** Ends of spans; the start where the end is 0 or before the start, as the Duration column has it. */
export function spanEndHalves({ startNanos, endNanos, count }: SpanBatch): Uint32Array {
  const starts = halvesOf(startNanos);
  const ends = halvesOf(endNanos);
  const halves = new Uint32Array(count * 2);
  for (let row = 0; row < count; row++) {
    const from = hasUsableEnd(starts, ends, row) ? ends : starts;
    halves[row * 2] = from[row * 2] as number;
    halves[row * 2 + 1] = from[row * 2 + 1] as number;
  }
  return halves;
}

/** Times of log records: their own, else when they were observed, else when they were appended to the log. */
export function logTimeHalves(batch: LogBatch): Uint32Array {
  const times = halvesOf(batch.timeNanos);
  const observed = halvesOf(batch.observedNanos);
  const halves = new Uint32Array(batch.count * 2);
  for (let row = 0; row < batch.count; row++) {
    const source = logTimeSource(times, observed, row);
    const from = source === 'time' ? times : observed;
    const appended =
      source === 'appended' ? halvesOfMillis(appendedMillis(batch, batch.scope[row] as number)) : undefined;
    halves[row * 2] = appended?.low ?? (from[row * 2] as number);
    halves[row * 2 + 1] = appended?.high ?? (from[row * 2 + 1] as number);
  }
  return halves;
}
