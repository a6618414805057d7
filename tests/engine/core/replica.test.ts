/** A second replica, fed from the topics, answers like the evaluator's own; series, freezing and problems. */
import { afterEach, describe, expect, test } from 'vitest';
import { storeDefinition } from '../../../engine/core/records/definition-record.ts';
import { encodeJson } from '../../../engine/core/records/json-record.ts';
import { EngineReplica } from '../../../engine/core/replica.ts';
import { TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../../schemas/names.ts';
import { Harness } from '../support/harness.ts';
import { burst } from '../support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

let harness: Harness;
afterEach(() => harness.close());

/** Reads the topics as the query role does. */
async function follow(
  replica = new EngineReplica(),
  next: Record<string, number> = {},
): Promise<EngineReplica> {
  for (const topic of [TOPIC_DEFINITIONS, TOPIC_STATE, TOPIC_SLI]) {
    const of = { topic, partition: 0 };
    const { first } = await harness.log.bounds(of);
    const start = next[topic] ?? (topic === TOPIC_SLI ? replica.position() : first);
    for (const record of (await harness.log.read(of, start, { maxRecords: 1e6, maxBytes: 1e9 })).records) {
      replica.apply(topic, record);
      next[topic] = record.offset + 1;
    }
  }
  return replica;
}

async function traffic(seconds: number, bad = 0): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    await harness.append(burst(harness.nowMillis, 10, bad));
    harness.nowMillis += 10_000;
    await harness.settle();
  }
}

describe('EngineReplica', () => {
  test('EngineReplica fed from the topics answers like the one that evaluates, at any time', async () => {
    harness = await Harness.create();
    await traffic(1800);
    await traffic(95, 10);
    const { replica: own } = harness.engine;
    const late = await follow();
    const next = {};
    const tailing = await follow(new EngineReplica(), next);
    await traffic(305);
    await follow(tailing, next);
    for (const replica of [await follow(), tailing, await follow(late, {})]) {
      expect(replica.status('shop-availability', harness.nowMillis)).toEqual(
        own.status('shop-availability', harness.nowMillis),
      );
      expect(replica.slos(harness.nowMillis)).toEqual(own.slos(harness.nowMillis));
      expect(replica.alerts({ limit: 9 })).toEqual(own.alerts({ limit: 9 }));
    }
  });

  test('EngineReplica does not count a record twice', async () => {
    harness = await Harness.create();
    await traffic(30);
    const replica = await follow();
    await follow(replica, { [TOPIC_SLI]: 0 });
    expect(replica.status('shop-availability', harness.nowMillis)?.total).toBe(30);
  });

  test('EngineReplica is not troubled by records it cannot read', async () => {
    harness = await Harness.create();
    const replica = harness.engine.replica;
    for (const topic of [TOPIC_DEFINITIONS, TOPIC_STATE, TOPIC_SLI, 'unknown']) {
      for (const value of [Buffer.from('no json'), Buffer.from('null'), Buffer.from('"x"')]) {
        expect(replica.apply(topic, { offset: 1e6, key: 'k', value })).toBe(false);
      }
    }
  });

  test('EngineReplica knows neither unknown SLOs nor unknown objectives', async () => {
    harness = await Harness.create();
    const { replica } = harness.engine;
    expect(replica.status('nobody', T0)).toBeUndefined();
    expect(replica.status('shop-availability', T0, 'nobody')).toBeUndefined();
    expect(replica.series('nobody', { fromMillis: 0, toMillis: 1, maxPoints: 1 })).toBeUndefined();
    expect(replica.definition('nobody')).toBeUndefined();
  });

  test('EngineReplica without events says no data, never 0, 1 or NaN', async () => {
    harness = await Harness.create();
    expect(harness.status()).toMatchObject({
      state: 'no-data',
      sli: null,
      coverage: null,
      good: 0,
      total: 0,
      budget: { allowed: null, spent: null, remainingRatio: null, exhaustsInSeconds: null },
    });
    expect(harness.status().burn.every(({ rate }) => rate === null)).toBe(true);
  });

  test('EngineReplica series adds up to the window, in at most so many points on slice edges', async () => {
    harness = await Harness.create();
    await traffic(HOUR / 1000, 1);
    const toMillis = harness.nowMillis;
    for (const maxPoints of [1, 7, 60, 360, 5000]) {
      const range = { fromMillis: T0, toMillis, maxPoints };
      const points = harness.engine.replica.series('shop-availability', range) ?? [];
      expect(points.length).toBeLessThanOrEqual(maxPoints);
      expect(points.reduce((sum, { total }) => sum + total, 0)).toBe(3600);
      expect(points.at(-1)).toMatchObject({ at: new Date(toMillis).toISOString(), sli: 0.9 });
      expect(points.at(-1)?.remainingRatio).toBeCloseTo(-99, 9);
      expect(points.at(-1)?.burn).toBeCloseTo(100, 9);
    }
  });

  test('EngineReplica freezes alerts while coverage of their windows is below the minimum', async () => {
    harness = await Harness.create();
    const { replica } = harness.engine;
    const known = replica.definitions.get('shop-availability');
    if (known === undefined) throw new Error('no SLO');
    const definition = storeDefinition({ ...known.definition, minCoverage: 0.9 });
    await harness.log.append(TOPIC_DEFINITIONS, [
      { key: 'slo|shop-availability', value: encodeJson({ ...known.entry, definition }) },
    ]);
    await traffic(HOUR / 1000);
    // The pipeline is dead for half an hour: the 5 m window is not measured when the errors begin.
    harness.nowMillis += HOUR / 2;
    await traffic(120, 10);
    expect(harness.status().tiers[0]).toMatchObject({ state: 'frozen' });
    expect(harness.status().state).toBe('insufficient-data');
    expect(replica.alerts({ limit: 9, openOnly: true })).toEqual([]);
    await traffic((1.5 * HOUR) / 1000, 10);
    expect(harness.status().tiers[0]).toMatchObject({ state: 'firing' });
  });
});
