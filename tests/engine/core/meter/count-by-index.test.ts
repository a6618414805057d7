/** The meter against the plain way: every counter asks every row, by the whole of its conditions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Partial } from '../../../../engine/core/meter/counter.ts';
import { CounterIndex } from '../../../../engine/core/meter/counter-index.ts';
import { indicatorConditions } from '../../../../engine/core/meter/indicator-conditions.ts';
import { meterBatch } from '../../../../engine/core/meter/meter-batch.ts';
import { firstOpenSlice, headAfterData, headAtAppend } from '../../../../engine/core/meter/watermark.ts';
import { compileClosure } from '../../../../engine/core/predicates/closure/compile-closure.ts';
import { ConditionPool } from '../../../../engine/core/predicates/condition-pool.ts';
import { parsePredicate } from '../../../../engine/core/predicates/parse-predicate.ts';
import { POINT_KINDS, type PointKind } from '../../../../engine/core/predicates/types.ts';
import type { RatioIndicator } from '../../../../engine/core/types.ts';
import { logEventMillis, pointEventMillis, spanEventMillis } from '../../../../otlp/columns/event-time.ts';
import { idText } from '../../../../otlp/columns/identifiers.ts';
import type { Batch, IdColumn } from '../../../../otlp/columns/types.ts';
import type { Signal } from '../../../../schemas/names.ts';
import { conditions } from '../predicates/support/arbitrary-comparisons.ts';
import {
  eventConditions,
  logConditions,
  pointConditions,
  spanConditions,
} from '../predicates/support/arbitrary-conditions.ts';
import { logRows, pointRows, spanRows } from '../predicates/support/arbitrary-rows.ts';
import { APPENDED_MILLIS, logBatch, metricBatch, spanBatch } from '../predicates/support/batches.ts';
import type { Attributes, Value } from '../predicates/support/rows.ts';

interface Counted {
  readonly tenant: string;
  readonly indicator: RatioIndicator;
  readonly fromSlice: number;
  readonly toSlice: number;
}

const KEYS = ['service.name', 'env', 'absent'];
const VALUES: readonly Value[] = [
  'a',
  'a',
  '5',
  { int: 5n },
  { double: 5 },
  'true',
  true,
  'b',
  '',
  null,
  '\ufffd',
];
const SLICE = Math.floor(APPENDED_MILLIS / 10_000);
const DAY_MILLIS = 86_400_000;

/** Few attributes of few values, so that conditions meet them; keys may come twice, in any order. */
const resource: fc.Arbitrary<Attributes> = fc.array(
  fc.tuple(fc.constantFrom('service.name', 'env'), fc.constantFrom(...VALUES)),
  { maxLength: 3 },
);
const ofResource = fc
  .tuple(
    fc.constantFrom(...KEYS),
    fc.constantFrom('==', '==', '==', '!='),
    fc.constantFrom('a', 'b', '5', 'true', '', '\ufffd'),
  )
  .map(([key, operator, text]) => `resource.attributes["${key}"] ${operator} ${JSON.stringify(text)}`);
const looser = fc.constantFrom(
  'resource.attributes["service.name"] == nil',
  'resource.attributes["env"] != nil',
  'resource.attributes["service.name"] == 5',
  'resource.attributes["service.name"] == resource.attributes["env"]',
  'IsMatch(resource.attributes["service.name"], "^[ab]")',
  'ConvertCase(resource.attributes["env"], "upper") == "A"',
);
const equal = fc
  .tuple(fc.constantFrom('service.name', 'env'), fc.constantFrom('a', '5', 'true'))
  .map(([key, text]) => `resource.attributes["${key}"] == "${text}"`);
const demands = fc.oneof(
  { weight: 6, arbitrary: equal },
  { weight: 2, arbitrary: ofResource },
  { weight: 1, arbitrary: looser },
);

/** What definitions look like, and what goes wrong first. */
function totals(ofRows: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const rows = ofRows.map((text) => `(${text})`);
  const either = fc.array(equal, { minLength: 2, maxLength: 4 }).map((all) => `(${all.join(' or ')})`);
  const joined = fc.array(fc.oneof({ weight: 2, arbitrary: demands }, either, rows), {
    minLength: 1,
    maxLength: 3,
  });
  return fc.oneof(
    joined.map((all) => all.join(' and ')),
    either,
    fc.tuple(equal, rows, equal, rows).map(([a, of, b, or]) => `${a} and ${of} or ${b} and ${or}`),
    conditions(demands),
    conditions(fc.oneof(demands, rows)),
    rows,
  );
}

function counters(signal: Signal, rows: fc.Arbitrary<string>): fc.Arbitrary<readonly Counted[]> {
  const source = (where: string) => ({ signal, where });
  const indicator = fc.tuple(totals(rows), fc.option(rows), fc.option(rows)).map(([total, good, bad]) => ({
    total: source(total),
    ...(good !== null && { good: source(good) }),
    ...(bad !== null && { bad: source(bad) }),
  }));
  return fc.array(
    fc.record({
      tenant: fc.constantFrom('', 't'),
      indicator,
      fromSlice: fc.constantFrom(0, SLICE - 1),
      toSlice: fc.constantFrom(Number.POSITIVE_INFINITY, SLICE + 1),
    }),
    { minLength: 1, maxLength: 8 },
  );
}

/** Nanoseconds around the append time, or far too early or late. */
const nanos = fc
  .constantFrom(-401 * DAY_MILLIS, -20_000, -10_000, 0, 10_000, 5 * DAY_MILLIS)
  .map((millis) => BigInt(APPENDED_MILLIS + millis) * 1_000_000n);
const places = fc.array(fc.record({ resource, nanos, request: fc.nat(2) }), { minLength: 3, maxLength: 3 });
const latenessMillis = fc.constantFrom(0, 10_000, 600_000);
const TENANTS = ['', 't', ''];

/** Three requests, their resources spread over them. */
function withRequests<B extends Batch>(batch: B, order: readonly number[]): B {
  const requests = TENANTS.map((tenant, offset) => ({
    offset,
    appendedMillis: APPENDED_MILLIS + offset,
    tenant,
  }));
  const request = Uint32Array.from(
    { length: batch.resources.count },
    (_, index) => order[index % order.length] ?? 0,
  );
  return { ...batch, requests, resources: { ...batch.resources, request } };
}

function byIndex(batch: Batch, counted: readonly Counted[], lateness: number): readonly Partial[] {
  const pool = new ConditionPool();
  const index = new CounterIndex(
    counted.map(({ indicator, ...rest }, number) => {
      return {
        ...rest,
        slo: `slo-${number}`,
        generation: 1,
        conditions: indicatorConditions(indicator, pool),
      };
    }),
  );
  const records = batch.requests.map((request) => ({ ...request, heartbeat: false }));
  return meterBatch({ records, batch, counters: index, latenessMillis: lateness, state: STATE }).partials;
}

const STATE = { headMillis: APPENDED_MILLIS - 5000, dataMillis: APPENDED_MILLIS - 5000 };

interface Rows {
  readonly kind?: PointKind;
  readonly millis: Float64Array;
  readonly requests: readonly number[];
  readonly traceId?: IdColumn;
}

function tablesOf(batch: Batch): readonly Rows[] {
  const requestOf = (scope = 0) => batch.resources.request[batch.scopes.resource[scope] ?? 0] ?? 0;
  if (batch.signal === 'metrics') {
    return POINT_KINDS.map((kind) => {
      const { metric } = batch[kind];
      const requests = [...metric].map((each) => requestOf(batch.metrics.scope[each]));
      return { kind, millis: pointEventMillis(batch[kind]), requests };
    });
  }
  const millis = batch.signal === 'traces' ? spanEventMillis(batch) : logEventMillis(batch);
  return [{ millis, requests: [...batch.scope].map(requestOf), traceId: batch.traceId }];
}

/** Request → its first slice that is not late. */
function openSlices(batch: Batch, tables: readonly Rows[], lateness: number): readonly number[] {
  let head = headAtAppend(STATE, APPENDED_MILLIS);
  return batch.requests.map(({ appendedMillis }, request) => {
    head = headAtAppend(head, appendedMillis);
    const open = firstOpenSlice(head, lateness);
    const own = tables.flatMap(({ millis, requests }) =>
      [...millis].filter((_, row) => requests[row] === request),
    );
    const newestMillis = Math.max(...own);
    if (newestMillis >= appendedMillis - 400 * DAY_MILLIS)
      head = headAfterData(head, { newestMillis, appendedMillis });
    return open;
  });
}

function testOf(where: { readonly where: string } | undefined, batch: Batch, kind: PointKind | undefined) {
  if (where === undefined) return undefined;
  const predicate = parsePredicate(where.where, batch.signal);
  return batch.signal === 'metrics'
    ? compileClosure(predicate, batch, kind ?? 'gauge')
    : compileClosure(predicate, batch);
}

function plainly(batch: Batch, counted: readonly Counted[], lateness: number): readonly Partial[] {
  const tables = tablesOf(batch);
  const open = openSlices(batch, tables, lateness);
  return counted.flatMap(({ tenant, indicator, fromSlice, toSlice }, number) => {
    const slices = new Map<number, { good: number; total: number; late: number; sampleTraceIds: string[] }>();
    for (const { kind, millis, requests, traceId } of tables) {
      const total = testOf(indicator.total, batch, kind);
      const good = testOf(indicator.good, batch, kind);
      const bad = testOf(indicator.bad, batch, kind);
      for (const [row, time] of millis.entries()) {
        const slice = Math.floor(time / 10_000);
        const request = batch.requests[requests[row] ?? 0];
        const appendedMillis = request?.appendedMillis ?? 0;
        if (request?.tenant !== tenant || slice < fromSlice || slice >= toSlice || !total?.(row)) continue;
        if (slice > Math.floor((appendedMillis + DAY_MILLIS) / 10_000)) continue;
        if (slice < Math.floor((appendedMillis - 400 * DAY_MILLIS) / 10_000)) continue;
        const tally = slices.get(slice) ?? { good: 0, total: 0, late: 0, sampleTraceIds: [] };
        slices.set(slice, tally);
        if (slice < (open[requests[row] ?? 0] ?? 0)) {
          tally.late += 1;
          continue;
        }
        tally.total += 1;
        const id = traceId === undefined ? '' : idText(traceId, row);
        const isGood = good !== undefined ? good(row) : bad === undefined || !bad(row);
        if (isGood) tally.good += 1;
        else if (id !== '' && tally.sampleTraceIds.length < 3 && !tally.sampleTraceIds.includes(id))
          tally.sampleTraceIds.push(id);
      }
    }
    const ascending = [...slices].sort(([a], [b]) => a - b).map(([slice, tally]) => ({ slice, ...tally }));
    return ascending.length === 0 ? [] : [{ slo: `slo-${number}`, generation: 1, slices: ascending }];
  });
}

/** How many counters counted something, over all runs: a property about nothing would hold too. */
let found = 0;

function expectSame(batch: Batch, counted: readonly Counted[], lateness: number): void {
  const expected = plainly(batch, counted, lateness);
  found += expected.length;
  expect(byIndex(batch, counted, lateness)).toEqual(expected);
}

describe('meterBatch() with an index counts what asking every row would', () => {
  test.each([
    ['spans', spanConditions],
    ['spans by their events', eventConditions],
  ])('meterBatch() of %s', (_, rowConditions) => {
    found = 0;
    fc.assert(
      fc.property(
        spanRows,
        places,
        counters('traces', rowConditions),
        latenessMillis,
        (rows, at, counted, lateness) => {
          const placed = rows.map((row, index) => {
            const { resource: attributes, nanos: end } = at[index % 3] ?? {};
            return { ...row, ...(attributes && { resource: attributes }), start: 1n, end: end ?? 1n };
          });
          expectSame(
            withRequests(
              spanBatch(placed),
              at.map(({ request }) => request),
            ),
            counted,
            lateness,
          );
        },
      ),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(30);
  });

  test('meterBatch() of log records', () => {
    found = 0;
    fc.assert(
      fc.property(
        logRows,
        places,
        counters('logs', logConditions),
        latenessMillis,
        (rows, at, counted, lateness) => {
          const placed = rows.map((row, index) => {
            const { resource: attributes, nanos: time } = at[index % 3] ?? {};
            return { ...row, ...(attributes && { resource: attributes }), time: time ?? 0n };
          });
          expectSame(
            withRequests(
              logBatch(placed),
              at.map(({ request }) => request),
            ),
            counted,
            lateness,
          );
        },
      ),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(30);
  });

  test('meterBatch() of the points of all tables', () => {
    found = 0;
    fc.assert(
      fc.property(
        pointRows,
        places,
        counters('metrics', pointConditions),
        latenessMillis,
        (rows, at, counted, lateness) => {
          const placed = rows.map((row, index) => {
            const { resource: attributes, nanos: time } = at[index % 3] ?? {};
            return { ...row, ...(attributes && { resource: attributes }), time: time ?? 0n };
          });
          expectSame(
            withRequests(
              metricBatch(placed),
              at.map(({ request }) => request),
            ),
            counted,
            lateness,
          );
        },
      ),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(30);
  });
});
