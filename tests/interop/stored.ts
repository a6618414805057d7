/** Compares what the tables hold with what the requests of `payload/` must become, value by value. */
import { expect } from 'vitest';
import type { Signal } from '../../schemas/names.ts';
import { eventually } from '../support/valet-process.ts';
import { LOG_QUERY, logRows } from './payload/logs.ts';
import { METRIC_QUERIES, type MetricTable, metricRows } from './payload/metrics.ts';
import { TRACE_QUERY, traceRows } from './payload/traces.ts';

/** A statement's rows, 64-bit integers in any form: the statements here ask for them as text. */
export type Query = (statement: string) => Promise<readonly Record<string, unknown>[]>;

export interface StoredOptions {
  readonly query: Query;
  /** The times of the request, see `recordings.ts`. */
  readonly atNanos: bigint;
  /** @default '' */
  readonly tenant?: string;
}

/** The requests' records lie in this span of time after their start. */
const WINDOW_NANOS = 1_000_000_000n;

/** Waits until as many rows are there as the request has records, and expects each to be what was sent. */
export async function expectStored(signal: Signal, options: StoredOptions): Promise<void> {
  const { atNanos } = options;
  if (signal === 'traces') await expectRows(options, TRACE_QUERY, traceRows(atNanos), TRACE);
  if (signal === 'logs') await expectRows(options, LOG_QUERY, logRows(atNanos), LOG);
  if (signal !== 'metrics') return;
  const rows = metricRows(atNanos);
  for (const table of Object.keys(METRIC_QUERIES) as MetricTable[])
    await expectRows(options, METRIC_QUERIES[table], rows[table], METRIC);
}

/** The column with the record's time, and what tells records of one request apart. */
interface RowOrder {
  readonly time: string;
  readonly order: string;
}

const TRACE: RowOrder = { time: 'Timestamp', order: 'SpanId' };
const LOG: RowOrder = { time: 'Timestamp', order: 'Timestamp' };
const METRIC: RowOrder = { time: 'TimeUnix', order: 'TimeUnix' };

async function expectRows(
  { query, atNanos, tenant = '' }: StoredOptions,
  select: string,
  expected: readonly object[],
  { time, order }: RowOrder,
): Promise<void> {
  const from = `fromUnixTimestamp64Nano(${atNanos})`;
  const to = `fromUnixTimestamp64Nano(${atNanos + WINDOW_NANOS})`;
  const statement = `${select} WHERE TenantId = '${tenant}' AND ${time} >= ${from} AND ${time} < ${to} ORDER BY ${order}`;
  const rows = await eventually(`${expected.length} rows of: ${statement}`, async () => {
    const found = await query(statement);
    return found.length >= expected.length ? found : undefined;
  });
  expect(rows).toEqual(expected);
}
