/** What the meter needs of a batch's rows, whatever the signal: tables of events with their slices. */
import { logEventMillis, pointEventMillis, spanEventMillis } from '../../../otlp/columns/event-time.ts';
import type { Batch, IdColumn, MetricBatch, PointTable } from '../../../otlp/columns/types.ts';
import { POINT_KINDS, type PointKind } from '../predicates/types.ts';
import { SLICE_MILLIS } from '../slices/slice.ts';

/** Rows of one kind with event time and origin. */
export interface EventTable {
  /** Which table of a metric batch; undefined for spans and log records. */
  readonly pointKind?: PointKind;
  readonly count: number;
  /** Row → slice of its event time. */
  readonly slices: Int32Array;
  /** Row → index into the batch's requests. */
  readonly requests: Uint32Array;
  readonly traceId?: IdColumn;
}

/** The newest event time of each request, milliseconds; NaN for a request without events. */
export type NewestMillis = Float64Array;

/** The tables of a batch; `newest` receives the newest event time per request. */
export function eventTables(batch: Batch, newest: NewestMillis): readonly EventTable[] {
  if (batch.signal === 'metrics') return pointTables(batch, newest);
  const millis = batch.signal === 'traces' ? spanEventMillis(batch) : logEventMillis(batch);
  const requests = rowRequests(batch, batch.scope, batch.count);
  const slices = slicesOf(millis, requests, newest);
  return [{ count: batch.count, slices, requests, traceId: batch.traceId }];
}

/** Points of each kind; every point is one event, whatever its value. */
function pointTables(batch: MetricBatch, newest: NewestMillis): readonly EventTable[] {
  return POINT_KINDS.flatMap((pointKind) => {
    const points: PointTable = batch[pointKind];
    if (points.count === 0) return [];
    const requests = pointRequests(batch, points);
    const slices = slicesOf(pointEventMillis(points), requests, newest);
    return [{ pointKind, count: points.count, slices, requests }];
  });
}

function rowRequests(batch: Batch, scope: Uint32Array, count: number): Uint32Array {
  const ofScope = scopeRequests(batch);
  const requests = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) requests[row] = ofScope[scope[row] ?? 0] ?? 0;
  return requests;
}

function pointRequests(batch: MetricBatch, points: PointTable): Uint32Array {
  const ofScope = scopeRequests(batch);
  const { scope } = batch.metrics;
  const requests = new Uint32Array(points.count);
  for (let row = 0; row < points.count; row += 1) {
    requests[row] = ofScope[scope[points.metric[row] ?? 0] ?? 0] ?? 0;
  }
  return requests;
}

function scopeRequests({ scopes, resources }: Batch): Uint32Array {
  const requests = new Uint32Array(scopes.count);
  for (let scope = 0; scope < scopes.count; scope += 1) {
    requests[scope] = resources.request[scopes.resource[scope] ?? 0] ?? 0;
  }
  return requests;
}

function slicesOf(millis: Float64Array, requests: Uint32Array, newest: NewestMillis): Int32Array {
  const slices = new Int32Array(millis.length);
  for (let row = 0; row < millis.length; row += 1) {
    const time = millis[row] as number;
    const request = requests[row] as number;
    slices[row] = Math.floor(time / SLICE_MILLIS);
    if (!((newest[request] as number) >= time)) newest[request] = time;
  }
  return slices;
}
