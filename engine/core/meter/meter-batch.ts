/**
 * One read of an otlp partition → partial counts. Deterministic in the order of the log: how the log was cut into
 * reads changes neither counts nor lateness.
 */
import type { Batch } from '../../../otlp/columns/types.ts';
import { aliveRanges, type SliceRange } from '../slices/alive-ranges.ts';
import { SLICE_MILLIS, sliceAt } from '../slices/slice.ts';
import { countRows, type RequestLimits, type Tallies } from './count-rows.ts';
import type { Partial } from './counter.ts';
import type { CounterIndex, FoundCounter } from './counter-index.ts';
import { type EventTable, eventTables, type NewestMillis } from './event-table.ts';
import {
  firstOpenSlice,
  headAfterData,
  headAfterHeartbeat,
  headAtAppend,
  type PartitionHead,
} from './watermark.ts';

/** What a meter carries from one read of a partition to the next; plain data, fit for commit metadata. */
export interface MeterState extends PartitionHead {
  /** Latest slice alive by data, and by heartbeats. */
  readonly aliveData?: number;
  readonly aliveBeat?: number;
}

/** One log record as the meter sees it, in log order. */
export interface MeterRecord {
  readonly offset: number;
  readonly appendedMillis: number;
  readonly heartbeat: boolean;
}

export interface MeterOptions {
  /** Every record of the read, heartbeats and undecodable ones too. */
  readonly records: readonly MeterRecord[];
  /** The decoded data records; absent when there were only heartbeats. */
  readonly batch?: Batch;
  readonly counters: CounterIndex;
  readonly latenessMillis: number;
  readonly state: MeterState;
}

/** What a read adds to the world. */
export interface Metered {
  readonly partials: readonly Partial[];
  readonly alive: readonly SliceRange[];
  readonly state: MeterState;
  /** Rows of the batch, and those too old or too far ahead to count anywhere. */
  readonly tally: { readonly rows: number; readonly outOfRange: number };
}

/** More than this ahead of the append time is refused, at the door, by the writer and here. */
const MAX_AHEAD_MILLIS = 24 * 3_600_000;
/** Older than this cannot matter to any window. */
const MAX_AGE_MILLIS = 400 * 24 * 3_600_000;

/** Meters one read; see above. Records of the batch must be among `records`. */
export function meterBatch(options: MeterOptions): Metered {
  const { batch } = options;
  const newest: NewestMillis = new Float64Array(batch?.requests.length ?? 0).fill(Number.NaN);
  const tables = batch === undefined ? [] : eventTables(batch, newest);
  const limits = emptyLimits(newest.length);
  const walked = walkRecords(options, newest, limits);
  const { seen, tally } = surveyRows(tables, limits);
  const data = aliveRanges(seen, options.state.aliveData);
  // Data bridges to the first heartbeat after it; while history is loaded its head is far behind and does not.
  const beats = aliveRanges(walked.beats, later(options.state.aliveBeat, data.head));
  const partials = batch === undefined ? [] : countAll(batch, tables, { ...options, limits });
  return {
    partials,
    alive: [...data.ranges, ...beats.ranges],
    tally,
    state: {
      ...walked.head,
      ...(data.head === undefined ? {} : { aliveData: data.head }),
      ...(beats.head === undefined ? {} : { aliveBeat: beats.head }),
    },
  };
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function emptyLimits(requests: number): RequestLimits {
  return {
    openFrom: new Int32Array(requests),
    earliest: new Int32Array(requests),
    latest: new Int32Array(requests),
  };
}

/** Passes the records in log order: moves the head and fills in each request's limits from the head before it. */
function walkRecords(
  { records, batch, state, latenessMillis }: MeterOptions,
  newest: NewestMillis,
  limits: RequestLimits,
): { readonly head: PartitionHead; readonly beats: readonly number[] } {
  const requestOf = new Map(batch?.requests.map(({ offset }, index) => [offset, index]));
  const beats: number[] = [];
  let head: PartitionHead = pickHead(state);
  for (const { offset, appendedMillis, heartbeat } of records) {
    head = headAtAppend(head, appendedMillis);
    if (heartbeat) {
      head = headAfterHeartbeat(head, appendedMillis);
      beats.push(sliceAt(appendedMillis));
      continue;
    }
    const request = requestOf.get(offset);
    if (request === undefined) continue;
    limits.openFrom[request] = firstOpenSlice(head, latenessMillis);
    limits.earliest[request] = sliceAt(appendedMillis - MAX_AGE_MILLIS);
    limits.latest[request] = sliceAt(appendedMillis + MAX_AHEAD_MILLIS);
    const newestMillis = newest[request] ?? Number.NaN;
    if (!Number.isNaN(newestMillis) && newestMillis >= appendedMillis - MAX_AGE_MILLIS) {
      head = headAfterData(head, { newestMillis, appendedMillis });
    }
  }
  return { head, beats };
}

function pickHead({ headMillis, dataMillis }: MeterState): PartitionHead {
  return headMillis === undefined || dataMillis === undefined ? {} : { headMillis, dataMillis };
}

/** The slices that show the pipeline alive: those of events in time; and how many rows cannot be counted. */
function surveyRows(
  tables: readonly EventTable[],
  limits: RequestLimits,
): { readonly seen: ReadonlySet<number>; readonly tally: Metered['tally'] } {
  const seen = new Set<number>();
  let [rows, outOfRange, last] = [0, 0, -1];
  for (const { count, slices, runs } of tables) {
    rows += count;
    for (const { from, to, request } of runs) {
      const [earliest, latest] = [limits.earliest[request] ?? 0, limits.latest[request] ?? 0];
      const open = limits.openFrom[request] ?? 0;
      for (let row = from; row < to; row += 1) {
        const slice = slices[row] as number;
        if (slice > latest || slice < earliest) outOfRange += 1;
        else if (slice !== last && slice >= open) {
          last = slice;
          // A clock ahead does not make the future alive.
          seen.add(Math.min(slice, latest - MAX_AHEAD_MILLIS / SLICE_MILLIS));
        }
      }
    }
  }
  return { seen, tally: { rows, outOfRange } };
}

function countAll(
  batch: Batch,
  tables: readonly EventTable[],
  { counters, limits }: MeterOptions & { readonly limits: RequestLimits },
): readonly Partial[] {
  const tallies = new Map<FoundCounter, Tallies>();
  const finder = counters.finder(batch);
  for (const table of tables) countRows(table, { batch, finder, limits, tallies });
  const found = [...tallies].sort(([a], [b]) => a.place - b.place);
  return found.map(([{ counter }, bySlice]) => {
    const slices = [...bySlice].map(([slice, tally]) => ({ slice, ...tally }));
    slices.sort((a, b) => a.slice - b.slice);
    return { slo: counter.slo, generation: counter.generation, slices };
  });
}
