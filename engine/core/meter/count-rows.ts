/** Counts the rows of one table for one SLO generation. */
import { idText } from '../../../otlp/columns/identifiers.ts';
import type { Batch } from '../../../otlp/columns/types.ts';
import type { Counter } from './counter.ts';
import type { EventTable } from './event-table.ts';

/** Running counts of a slice. */
export interface SliceTally {
  good: number;
  total: number;
  late: number;
  readonly sampleTraceIds: string[];
}

/** Tallies by slice. */
export type Tallies = Map<number, SliceTally>;

/** Per request of the batch: which slices are late, too old or too far ahead, and whose tenant it is. */
export interface RequestLimits {
  /** Slices before it are late. */
  readonly openFrom: Int32Array;
  /** Slices outside [earliest, latest] are rejected by the writer too, and count nowhere. */
  readonly earliest: Int32Array;
  readonly latest: Int32Array;
}

const SAMPLES = 3;

/** Adds the rows of a table that belong to the counter to its tallies. */
export function countRows(
  batch: Batch,
  table: EventTable,
  counter: Counter,
  options: { readonly limits: RequestLimits; readonly tallies: Tallies },
): void {
  const { limits, tallies } = options;
  const { slices, requests } = table;
  const { total, good } = counter.bind(batch, table);
  const isOwn = batch.requests.map(({ tenant }) => tenant === counter.tenant);
  let slice = -1;
  let tally: SliceTally | undefined;
  for (let row = 0; row < table.count; row += 1) {
    const at = slices[row] ?? 0;
    if (at < counter.fromSlice || at >= counter.toSlice) continue;
    const request = requests[row] ?? 0;
    if (at > (limits.latest[request] ?? 0) || at < (limits.earliest[request] ?? 0)) continue;
    if (!isOwn[request] || !total(row)) continue;
    if (tally === undefined || at !== slice) {
      tally = tallyOf(tallies, at);
      slice = at;
    }
    if (at < (limits.openFrom[request] ?? 0)) {
      tally.late += 1;
      continue;
    }
    tally.total += 1;
    if (good(row)) tally.good += 1;
    else if (tally.sampleTraceIds.length < SAMPLES) addSample(tally, table, row);
  }
}

function tallyOf(tallies: Tallies, slice: number): SliceTally {
  let tally = tallies.get(slice);
  if (tally === undefined) {
    tally = { good: 0, total: 0, late: 0, sampleTraceIds: [] };
    tallies.set(slice, tally);
  }
  return tally;
}

function addSample(tally: SliceTally, table: EventTable, row: number): void {
  const id = table.traceId ? idText(table.traceId, row) : '';
  if (id !== '' && !tally.sampleTraceIds.includes(id)) tally.sampleTraceIds.push(id);
}
