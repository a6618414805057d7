/** What the meter needs of a batch's rows, whatever the signal: tables of events with their slices. */
import { logEventMillis, pointEventMillis, spanEventMillis } from '../../../otlp/columns/event-time.ts';
import type { Batch, IdColumn, MetricBatch, PointTable } from '../../../otlp/columns/types.ts';
import { POINT_KINDS, type PointKind } from '../predicates/types.ts';
import { SLICE_MILLIS } from '../slices/slice.ts';

/** Neighbouring rows [from, to) of one resource. */
export interface RowRun {
  readonly from: number;
  readonly to: number;
  readonly resource: number;
  /** The resource's; index into the batch's requests. */
  readonly request: number;
}

/** Rows of one kind with event time and origin. */
export interface EventTable {
  /** Which table of a metric batch; undefined for spans and log records. */
  readonly pointKind?: PointKind;
  readonly count: number;
  /** Row → slice of its event time. */
  readonly slices: Int32Array;
  /** All rows, in their order. */
  readonly runs: readonly RowRun[];
  readonly traceId?: IdColumn;
}

/** The newest event time of each request, milliseconds; NaN for a request without events. */
export type NewestMillis = Float64Array;

/** The tables of a batch; `newest` receives the newest event time per request. */
export function eventTables(batch: Batch, newest: NewestMillis): readonly EventTable[] {
  if (batch.signal === 'metrics') return pointTables(batch, newest);
  const millis = batch.signal === 'traces' ? spanEventMillis(batch) : logEventMillis(batch);
  const runs = runsOf(batch, batch.count, (row) => batch.scope[row] as number);
  return [{ count: batch.count, slices: slicesOf(millis, runs, newest), runs, traceId: batch.traceId }];
}

/** Points of each kind; every point is one event, whatever its value. */
function pointTables(batch: MetricBatch, newest: NewestMillis): readonly EventTable[] {
  const { scope } = batch.metrics;
  return POINT_KINDS.flatMap((pointKind) => {
    const points: PointTable = batch[pointKind];
    const { count, metric } = points;
    if (count === 0) return [];
    const runs = runsOf(batch, count, (row) => scope[metric[row] as number] as number);
    return [{ pointKind, count, slices: slicesOf(pointEventMillis(points), runs, newest), runs }];
  });
}

function runsOf({ scopes, resources }: Batch, count: number, scopeOf: (row: number) => number): RowRun[] {
  const runs: RowRun[] = [];
  for (let from = 0; from < count; ) {
    const resource = scopes.resource[scopeOf(from)] as number;
    let to = from + 1;
    while (to < count && scopes.resource[scopeOf(to)] === resource) to += 1;
    runs.push({ from, to, resource, request: resources.request[resource] as number });
    from = to;
  }
  return runs;
}

function slicesOf(millis: Float64Array, runs: readonly RowRun[], newest: NewestMillis): Int32Array {
  const slices = new Int32Array(millis.length);
  for (const { from, to, request } of runs) {
    let latest = newest[request] as number;
    for (let row = from; row < to; row += 1) {
      const time = millis[row] as number;
      slices[row] = Math.floor(time / SLICE_MILLIS);
      if (!(latest >= time)) latest = time;
    }
    newest[request] = latest;
  }
  return slices;
}
