/** Counts the rows of one table, resource by resource: only by the counters that the resource concerns. */
import { idText } from '../../../otlp/columns/identifiers.ts';
import type { Batch } from '../../../otlp/columns/types.ts';
import { BatchTests } from '../predicates/closure/batch-tests.ts';
import type { RowTest } from '../predicates/closure/row-test.ts';
import type { Counter } from './counter.ts';
import type { CounterFinder, FoundCounter } from './counter-index.ts';
import type { EventTable, RowRun } from './event-table.ts';

/** Running counts of a slice. */
export interface SliceTally {
  good: number;
  total: number;
  late: number;
  readonly sampleTraceIds: string[];
}

/** Tallies by slice. */
export type Tallies = Map<number, SliceTally>;

/** Per request of the batch: which slices are late, and which are too old or too far ahead. */
export interface RequestLimits {
  /** Slices before it are late. */
  readonly openFrom: Int32Array;
  /** Slices outside [earliest, latest] are rejected by the writer too, and count nowhere. */
  readonly earliest: Int32Array;
  readonly latest: Int32Array;
}

export interface CountOptions {
  readonly batch: Batch;
  readonly finder: CounterFinder;
  readonly limits: RequestLimits;
  /** Of every counter that found rows, added to. */
  readonly tallies: Map<FoundCounter, Tallies>;
}

/** What of a run one counter is asked. */
interface Asked {
  readonly total: RowTest;
  readonly isGood: RowTest;
  readonly tallies: () => Tallies;
  /** Slices [first, last], of which those before `open` are late. */
  readonly first: number;
  readonly last: number;
  readonly open: number;
}

const SAMPLES = 3;

/** Adds the rows of a table to the tallies of the counters they belong to. */
export function countRows(table: EventTable, options: CountOptions): void {
  const { batch, finder, limits, tallies } = options;
  const tests = new BatchTests(batch, table.pointKind);
  for (const run of table.runs) {
    for (const found of finder.of(run.resource)) {
      const { counter, way } = found;
      if (!tests.resources(way.ofResource)(run.resource)) continue;
      countRun(table, run, {
        total: tests.rows(way.ofRow),
        isGood: goodTest(counter, tests),
        tallies: () => talliesOf(tallies, found),
        first: Math.max(counter.fromSlice, limits.earliest[run.request] ?? 0),
        last: Math.min(counter.toSlice - 1, limits.latest[run.request] ?? 0),
        open: limits.openFrom[run.request] ?? 0,
      });
    }
  }
}

function goodTest({ conditions: { good, bad } }: Counter, tests: BatchTests): RowTest {
  if (good !== undefined) return tests.rows(good);
  if (bad === undefined) return () => true;
  const isBad = tests.rows(bad);
  return (row) => !isBad(row);
}

function countRun(table: EventTable, { from, to }: RowRun, asked: Asked): void {
  const { total, isGood, first, last, open } = asked;
  const { slices } = table;
  let slice = -1;
  let tally: SliceTally | undefined;
  for (let row = from; row < to; row += 1) {
    const at = slices[row] as number;
    if (at < first || at > last || !total(row)) continue;
    if (tally === undefined || at !== slice) {
      tally = tallyOf(asked.tallies(), at);
      slice = at;
    }
    if (at < open) {
      tally.late += 1;
      continue;
    }
    tally.total += 1;
    if (isGood(row)) tally.good += 1;
    else if (tally.sampleTraceIds.length < SAMPLES) addSample(tally, table, row);
  }
}

function talliesOf(all: Map<FoundCounter, Tallies>, found: FoundCounter): Tallies {
  let tallies = all.get(found);
  if (tallies === undefined) {
    tallies = new Map();
    all.set(found, tallies);
  }
  return tallies;
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
