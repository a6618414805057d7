import { describe, expect, test } from 'vitest';
import { definitionEntries } from '../../../bench/engine/definitions.ts';
import { benchEngine, engineReport } from '../../../bench/engine/engine.ts';
import { Histories } from '../../../bench/engine/history.ts';
import { sloName } from '../../../bench/engine/names.ts';
import { SpanRequests } from '../../../bench/engine/span-requests.ts';
import { countersOf } from '../../../engine/core/generations/counters-of.ts';
import { CounterIndex } from '../../../engine/core/meter/counter-index.ts';
import { indicatorConditions } from '../../../engine/core/meter/indicator-conditions.ts';
import { meterBatch } from '../../../engine/core/meter/meter-batch.ts';
import { ConditionPool } from '../../../engine/core/predicates/condition-pool.ts';
import { decodeJson } from '../../../engine/core/records/json-record.ts';
import { sliceAt } from '../../../engine/core/slices/slice.ts';
import { Timeline } from '../../../engine/core/slices/timeline.ts';
import type { AlertRecord } from '../../../engine/core/types.ts';
import { decodeSpans } from '../../../otlp/columns/decode.ts';
import type { StateRecord } from '../../../schemas/records-state.ts';

const NOW_MILLIS = Date.UTC(2026, 5, 30, 12, 0, 5);

describe('SpanRequests', () => {
  test('SpanRequests hold events for every SLO of every service, good ones and bad', () => {
    const pool = new ConditionPool();
    const entries = definitionEntries(50);
    const counters = new CounterIndex(
      entries.flatMap((entry) => countersOf(entry, (each) => indicatorConditions(each, pool))),
    );
    const requests = new SpanRequests({ services: 10, servicesPerRequest: 5, fromMillis: NOW_MILLIS });
    const records = Array.from({ length: 6 }, (_, offset) => {
      return {
        offset,
        appendedMillis: NOW_MILLIS + 10_000,
        tenant: '',
        bytes: requests.next(),
        heartbeat: false,
      };
    });
    const batch = decodeSpans(records);
    expect([batch.count, batch.resources.count, batch.undecodable.length]).toEqual([6000, 30, 0]);
    const { partials } = meterBatch({ records, batch, counters, latenessMillis: 600_000, state: {} });
    expect(partials.map(({ slo }) => slo)).toEqual(entries.map(({ slo }) => slo));
    const sum = (field: 'good' | 'total') =>
      partials.flatMap(({ slices }) => slices).reduce((all, slice) => all + slice[field], 0);
    expect(sum('good')).toBeGreaterThan(0.5 * sum('total'));
    expect(sum('good')).toBeLessThan(sum('total'));
  });
});

describe('Histories', () => {
  test('Histories fill the thirty days of an SLO at every resolution', () => {
    const timeline = new Timeline();
    for (const { key, value } of new Histories(NOW_MILLIS).of(7)) {
      const record = decodeJson<StateRecord<AlertRecord>>(value);
      expect(key).toContain(sloName(7));
      if (record?.kind === 'counts') timeline.restoreBlock(record, record.cells);
    }
    const now = sliceAt(NOW_MILLIS);
    for (const [ago, length] of [
      [10, 4],
      [8640, 36],
      [8640 * 29, 8640],
    ] as const) {
      const from = Math.floor((now - ago) / 90) * 90;
      expect(timeline.sum(from, from + length * 90).total).toBeGreaterThan(0);
    }
  });
});

describe('benchEngine()', () => {
  test('benchEngine() measures every row of its report and says what it does', async () => {
    const told: string[] = [];
    const results = await benchEngine({ sizes: [10], progress: (text) => told.push(text) });
    const report = engineReport(results);
    expect(report[0]).toMatch(/^SLOs +10$/);
    for (const line of report) expect(line).toMatch(/ [\d,.]+$/);
    expect(results[0]?.takeOverSeconds).toBeGreaterThan(0);
    expect(told.join('\n')).toContain('10 SLOs: lets another process take over');
  });
});
