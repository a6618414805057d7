import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countersOf } from '../../../../engine/core/generations/counters-of.ts';
import { CounterIndex } from '../../../../engine/core/meter/counter-index.ts';
import { indicatorConditions } from '../../../../engine/core/meter/indicator-conditions.ts';
import { type Metered, type MeterState, meterBatch } from '../../../../engine/core/meter/meter-batch.ts';
import { headAfterHeartbeat } from '../../../../engine/core/meter/watermark.ts';
import { ConditionPool } from '../../../../engine/core/predicates/condition-pool.ts';
import type { DefinitionEntry } from '../../../../engine/core/records/definition-record.ts';
import { decodeSpans } from '../../../../otlp/columns/decode.ts';
import { nanos, traceRequest } from '../../support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);

function entry(
  generations: DefinitionEntry['generations'],
  retiredFrom: number | null = null,
): DefinitionEntry {
  return {
    kind: 'slo',
    slo: 'a',
    definition: { tenant: '' } as DefinitionEntry['definition'],
    generations,
    retiredFrom,
  };
}

const indicator = {
  total: { signal: 'traces', where: 'true' },
  bad: { signal: 'traces', where: 'span.status.code == STATUS_CODE_ERROR' },
} as const;
const COUNTERS = indexOf(entry([{ generation: 1, hash: '', fromSlice: 0, indicator }]));

function indexOf(counted: DefinitionEntry): CounterIndex {
  const pool = new ConditionPool();
  return new CounterIndex(countersOf(counted, (each) => indicatorConditions(each, pool)));
}

interface LogRecord {
  readonly offset: number;
  readonly appendedMillis: number;
  readonly heartbeat: boolean;
  readonly tenant: string;
  readonly bytes: Uint8Array;
}

function meter(records: readonly LogRecord[], state: MeterState, counters = COUNTERS): Metered {
  const data = records.filter(({ heartbeat }) => !heartbeat);
  const batch = data.length === 0 ? {} : { batch: decodeSpans(data) };
  return meterBatch({ records, ...batch, counters, latenessMillis: 60_000, state });
}

/** Counts by slice, summed over reads. */
function totals(metered: readonly Metered[]): Record<string, readonly number[]> {
  const sums: Record<string, number[]> = {};
  for (const { slice, good, total, late } of metered
    .flatMap(({ partials }) => partials)
    .flatMap((p) => p.slices)) {
    const sum = sums[slice] ?? [0, 0, 0];
    sums[slice] = sum;
    for (const [index, value] of [good, total, late].entries()) sum[index] = (sum[index] ?? 0) + value;
  }
  return sums;
}

const record = fc.record({
  passed: fc.integer({ min: 0, max: 90_000 }),
  ages: fc.array(fc.integer({ min: -20_000, max: 200_000 }), { maxLength: 5 }),
  heartbeat: fc.boolean(),
});

function logOf(
  records: readonly { passed: number; ages: readonly number[]; heartbeat: boolean }[],
): LogRecord[] {
  let appendedMillis = T0;
  return records.map(({ passed, ages, heartbeat }, offset) => {
    appendedMillis += passed;
    const at = appendedMillis;
    const spans = ages.map((age, index) => ({ endNanos: nanos(at - age), isBad: index % 2 === 0 }));
    return {
      offset,
      appendedMillis,
      heartbeat,
      tenant: '',
      bytes: heartbeat ? Buffer.alloc(0) : traceRequest(spans),
    };
  });
}

test('meterBatch() gives the same counts, lateness and state however the log is cut into reads', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), fc.nat(), (made, seed) => {
      const log = logOf(made);
      const whole = meter(log, {});
      const cut = 1 + (seed % log.length);
      const pieces: Metered[] = [];
      for (let at = 0; at < log.length; at += cut) {
        pieces.push(meter(log.slice(at, at + cut), pieces.at(-1)?.state ?? {}));
      }
      expect(totals(pieces)).toEqual(totals([whole]));
      const { headMillis, dataMillis } = pieces.at(-1)?.state ?? {};
      expect({ headMillis, dataMillis }).toEqual({
        headMillis: whole.state.headMillis,
        dataMillis: whole.state.dataMillis,
      });
    }),
  );
});

test('meterBatch() gives every slice to exactly one generation', () => {
  const slice = T0 / 10_000;
  const always = { total: { signal: 'traces', where: 'true' } } as const;
  const counters = indexOf(
    entry(
      [
        { generation: 1, hash: 'a', fromSlice: 0, indicator: always },
        { generation: 2, hash: 'b', fromSlice: slice + 1, indicator: always },
      ],
      slice + 2,
    ),
  );
  const spans = [-1, 0, 9_999, 10_000, 19_999, 20_000].map((millis) => ({ endNanos: nanos(T0 + millis) }));
  const log = [
    { offset: 0, appendedMillis: T0 + 20_000, heartbeat: false, tenant: '', bytes: traceRequest(spans) },
  ];
  const { partials } = meter(log, {}, counters);
  const shown = partials.map(({ generation, slices }) => [
    generation,
    slices.map((each) => [each.slice, each.total]),
  ]);
  expect(shown).toEqual([
    [
      1,
      [
        [slice - 1, 1],
        [slice, 2],
      ],
    ],
    [2, [[slice + 1, 2]]],
  ]);
});

test('meterBatch() keeps up to three different trace ids of bad events per slice', () => {
  const spans = ['01', '02', '02', '03', '04'].map((id) => ({
    endNanos: nanos(T0),
    isBad: true,
    traceId: id.repeat(16),
  }));
  const log = [{ offset: 0, appendedMillis: T0, heartbeat: false, tenant: '', bytes: traceRequest(spans) }];
  const [partial] = meter(log, {}).partials;
  expect(partial?.slices[0]?.sampleTraceIds).toEqual(['01'.repeat(16), '02'.repeat(16), '03'.repeat(16)]);
});

test.each([
  ['before any data', {}, T0, {}],
  ['while data comes', { headMillis: T0 - 5, dataMillis: T0 - 59_999 }, T0, { headMillis: T0 - 5 }],
  ['after 60 s of silence', { headMillis: T0 - 60_500, dataMillis: T0 - 60_000 }, T0, { headMillis: T0 }],
])('headAfterHeartbeat() %s', (_, head, appended, expected) => {
  const after = headAfterHeartbeat(head, appended);
  expect(after.headMillis).toBe((expected as { headMillis?: number }).headMillis);
});
