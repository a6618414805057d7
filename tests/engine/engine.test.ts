/** The engine role on a log in memory, with a fake clock: nothing here waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlertRecord } from '../../engine/core/types.ts';
import { Harness, sloYaml } from './support/harness.ts';
import { burst, gaugeRequest, logRequest, nanos, traceRequest } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const ALL = { limit: 100 };

let harness: Harness;
afterEach(() => harness.close());

/** Traffic of one request of `total` spans every 10 s of the clock, evaluated as it comes. */
async function traffic(seconds: number, { total = 10, bad = 0 } = {}): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    await harness.append(burst(harness.nowMillis, total, bad));
    harness.nowMillis += 10_000;
    await harness.settle();
  }
}

/** An hour of clean traffic, appended at once, so that windows are full. */
async function cleanHour(): Promise<void> {
  for (let passed = 0; passed < HOUR; passed += 10_000) {
    await harness.append(burst(harness.nowMillis, 10));
    harness.nowMillis += 10_000;
  }
  await harness.settle();
}

function tierOf(alert: AlertRecord | undefined): string {
  return `${alert?.severity} ${alert?.longWindow} ${alert?.state}`;
}

describe('Engine counts', () => {
  test('Engine counts spans at their end, and the window includes the newest at once', async () => {
    harness = await Harness.create();
    await harness.append(burst(T0 + 9_999, 5, 2));
    harness.nowMillis = T0 + 10_000;
    await harness.settle();
    expect(harness.status()).toMatchObject({ good: 3, total: 5, sli: 0.6, late: 0, generation: 1 });
    harness.nowMillis = T0 + 12_345;
    await harness.append(burst(harness.nowMillis, 1));
    await harness.settle();
    expect(harness.status().total).toBe(6);
    expect(harness.status().window).toEqual({
      from: '2025-12-02T00:00:00.000Z',
      to: '2026-01-01T00:00:12.345Z',
      countedTo: '2026-01-01T00:00:20.000Z',
      periodEnds: null,
    });
  });

  test('Engine counts log records and metric points too, each signal by its own watermark', async () => {
    harness = await Harness.create({
      files: {
        'logs.yaml': sloYaml({
          name: 'logs',
          signal: 'logs',
          total: 'true',
          good: 'log.severity_number < SEVERITY_NUMBER_ERROR',
        }),
        'points.yaml': sloYaml({
          name: 'points',
          signal: 'metrics',
          total: 'metric.name == "queue.length"',
          good: 'datapoint.value_double < 10',
        }),
      },
    });
    await harness.append(logRequest(T0, [9, 17, 9]), 'logs');
    await harness.append(gaugeRequest(T0 - 5 * HOUR, [5, 50]), 'metrics');
    harness.nowMillis += 5000;
    await harness.settle();
    expect(harness.status('logs')).toMatchObject({ good: 2, total: 3 });
    expect(harness.status('points')).toMatchObject({ good: 1, total: 2, late: 0 });
  });

  test('Engine counts an event after the lateness bound as late, and nowhere else', async () => {
    harness = await Harness.create({ latenessSeconds: 60 });
    await harness.append(burst(T0, 10));
    harness.nowMillis = T0 + 120_000;
    await harness.append(burst(T0 + 120_000, 10));
    // The watermark is at T0 + 60 s: the slice that ended there is closed, the next one is open.
    await harness.append(burst(T0 + 59_999, 3, 3));
    await harness.append(burst(T0 + 60_000, 2, 2));
    harness.nowMillis += 1;
    await harness.settle();
    expect(harness.status()).toMatchObject({ good: 20, total: 22, late: 3 });
  });

  test('Engine is not made late by one wild clock', async () => {
    harness = await Harness.create({ latenessSeconds: 60 });
    await harness.append(burst(T0 + 23 * HOUR, 1));
    await harness.append(burst(T0 - 30_000, 4));
    await harness.settle();
    expect(harness.status()).toMatchObject({ total: 4, late: 0 });
  });

  test('Engine counts and pages on when its own clock was hours ahead and has been set right', async () => {
    harness = await Harness.create();
    await cleanHour();
    const right = harness.nowMillis;
    harness.nowMillis = right + 2 * HOUR;
    await harness.heartbeat();
    await harness.settle();
    harness.nowMillis = right;
    await traffic(90, { bad: 10 });
    expect(harness.status()).toMatchObject({ total: 3690, late: 0 });
    const page = harness.engine.replica.alerts(ALL).find(({ longWindow }) => longWindow === '1h');
    expect(page).toMatchObject({ state: 'firing', startedAt: new Date(right + 60_000).toISOString() });
    await harness.restart();
    await traffic(30);
    expect(harness.status()).toMatchObject({ total: 3720, late: 0 });
  });

  test('Engine leaves out events more than a day ahead', async () => {
    harness = await Harness.create();
    await harness.append(burst(T0 + 25 * HOUR, 7));
    await harness.append(burst(T0, 1));
    harness.nowMillis = T0 + 26 * HOUR;
    await harness.settle();
    expect(harness.status().total).toBe(1);
  });

  test('Engine skips a request it cannot decode and goes on', async () => {
    harness = await Harness.create();
    await harness.append(Buffer.from('not protobuf at all'));
    await harness.append(burst(T0, 4));
    harness.nowMillis += 1;
    await harness.settle();
    expect(harness.status().total).toBe(4);
  });

  test('Engine keeps tenants apart', async () => {
    harness = await Harness.create();
    await harness.append(burst(T0, 4), 'traces', 'other');
    await harness.append(burst(T0, 1));
    harness.nowMillis += 1;
    await harness.settle();
    expect(harness.status().total).toBe(1);
  });

  test('Engine writes to as many partitions as valet_sli has', async () => {
    harness = await Harness.create({
      sliPartitions: 4,
      files: {
        'a.yaml': sloYaml({ name: 'a' }),
        'b.yaml': sloYaml({ name: 'b' }),
        'c.yaml': sloYaml({ name: 'c' }),
      },
    });
    await harness.append(burst(T0, 4, 1));
    await harness.settle();
    await harness.restart();
    await harness.append(burst(T0, 4, 1));
    harness.nowMillis += 1;
    await harness.settle();
    for (const slo of ['a', 'b', 'c']) expect(harness.status(slo)).toMatchObject({ good: 6, total: 8 });
  });
});

describe('Engine alerts', () => {
  test('Engine fires the page tier in the slice the closed form names, inhibits lower tiers, and ends it', async () => {
    harness = await Harness.create();
    await cleanHour();
    const began = harness.nowMillis;
    await traffic(50, { bad: 10 });
    expect(harness.engine.replica.alerts(ALL).map(({ longWindow }) => longWindow)).not.toContain('1h');
    await traffic(10, { bad: 10 });
    // 51.84 s by the closed form, from a clean start with steady traffic: the next slice edge is at 60 s.
    const page = harness.engine.replica.alerts(ALL).find(({ longWindow }) => longWindow === '1h');
    expect(page).toMatchObject({ severity: 'page', state: 'firing', retroactive: false, endedAt: null });
    expect(Date.parse(page?.startedAt ?? '') - began).toBe(60_000);
    expect(page?.reason).toContain('1h burns at');
    expect(page?.details.long).toMatchObject({ total: 3600, good: 3540 });
    expect(page?.details.sampleTraceIds.length).toBeGreaterThan(0);
    expect(harness.engine.replica.slos(harness.nowMillis)[0]).toMatchObject({ firing: ['page'] });

    await traffic(HOUR / 1000, { bad: 10 });
    const tiers = harness.status().tiers.map(({ state }) => state);
    expect(tiers).toEqual(['firing', 'inhibited', 'inhibited', 'inhibited']);
    expect(harness.status().state).toBe('exhausted');

    const ended = harness.nowMillis;
    // 295.68 s after the end of a full outage the 5 m window is clean enough.
    await traffic(290);
    expect(harness.status().tiers[0]?.state).toBe('firing');
    await traffic(10);
    expect(harness.status().tiers.map(({ state }) => state)).toEqual([
      'inactive',
      'firing',
      'inhibited',
      'inhibited',
    ]);
    const resolved = harness.engine.replica.alerts(ALL).find(({ longWindow }) => longWindow === '1h');
    expect(Date.parse(resolved?.endedAt ?? '') - ended).toBe(300_000);
  }, 120_000);

  test('Engine keeps an alert open over a restart and ends it once', async () => {
    harness = await Harness.create();
    await cleanHour();
    await traffic(90, { bad: 10 });
    const before = harness.engine.replica.alerts({ limit: 10, openOnly: true });
    await harness.restart();
    expect(harness.engine.replica.alerts({ limit: 10, openOnly: true })).toEqual(before);
    await traffic(330);
    await harness.restart();
    const pages = harness.engine.replica.alerts(ALL).filter(({ longWindow }) => longWindow === '1h');
    expect(pages.map(tierOf)).toEqual(['page 1h resolved']);
  }, 60_000);

  test('Engine ends the alerts of an SLO whose file is removed', async () => {
    harness = await Harness.create();
    await cleanHour();
    await traffic(90, { bad: 10 });
    await harness.retire('slo.yaml');
    await harness.settle();
    expect(harness.engine.replica.alerts({ limit: 9, openOnly: true })).toEqual([]);
    expect(harness.engine.replica.status('shop-availability', harness.nowMillis)).toBeUndefined();
  });

  test('Engine finds alerts of loaded history, marks them retroactive, then goes live', async () => {
    harness = await Harness.create({ nowMillis: T0 + 24 * HOUR });
    for (let at = T0; at < T0 + 24 * HOUR; at += 10_000) {
      const isOutage = at >= T0 + 6 * HOUR && at < T0 + 6 * HOUR + 600_000;
      await harness.append(burst(at, 5, isOutage ? 5 : 0));
    }
    await harness.settle();
    const page = harness.engine.replica.alerts(ALL).find(({ longWindow }) => longWindow === '1h');
    expect(page).toMatchObject({ severity: 'page', state: 'resolved', retroactive: true });
    expect(page?.startedAt).toBe(new Date(T0 + 6 * HOUR + 60_000).toISOString());
    expect(harness.engine.replica.partition(0).evaluated.get('traces')).toBe((T0 + 24 * HOUR) / 10_000);
    expect(harness.status('shop-availability', T0 + 6 * HOUR + 120_000).tiers[0]?.state).toBe('firing');
    await traffic(90, { bad: 10 });
    expect(harness.engine.replica.alerts(ALL)[0]).toMatchObject({ retroactive: false });
  }, 120_000);

  test('Engine does not judge the present while history is still being loaded', async () => {
    harness = await Harness.create({ nowMillis: T0 + 24 * HOUR });
    for (let at = T0; at < T0 + HOUR; at += 10_000) await harness.append(burst(at, 5));
    await harness.settle();
    // Up to the watermark: the newest event minus the lateness of 600 s.
    expect(harness.engine.replica.partition(0).evaluated.get('traces')).toBe(
      (T0 + HOUR - 10_000 - 600_000) / 10_000,
    );
  });

  test('Engine goes live on silence told by heartbeats', async () => {
    harness = await Harness.create();
    await traffic(60);
    for (let passed = 0; passed < 600; passed += 10) {
      harness.nowMillis += 10_000;
      await harness.heartbeat();
      await harness.settle();
    }
    expect(harness.engine.replica.partition(0).evaluated.get('traces')).toBe(harness.nowMillis / 10_000);
    expect(harness.status()).toMatchObject({ coverage: 1, total: 60 });
  });

  test('Engine shows in the coverage that the pipeline was down', async () => {
    harness = await Harness.create();
    await traffic(600);
    harness.nowMillis += 600_000;
    await traffic(600);
    const { coverage } = harness.status();
    expect(coverage).toBeCloseTo(120 / 180, 2);
  });
});

describe('Engine definitions', () => {
  test('Engine keeps the old definition of a bad file, also over a restart, and says what is wrong', async () => {
    harness = await Harness.create();
    await traffic(20);
    await harness.write('slo.yaml', sloYaml().replace('span.status.code', 'span.stauts.code'));
    await harness.engine.publishDefinitions();
    await traffic(20);
    expect(harness.status().total).toBe(40);
    expect(harness.engine.replica.problems()).toMatchObject([{ file: 'slo.yaml' }]);
    expect(harness.engine.replica.problems()[0]?.path).toContain('where');
    await harness.restart();
    await traffic(20);
    expect(harness.status().total).toBe(60);
    await harness.write('slo.yaml', sloYaml());
    await harness.engine.publishDefinitions();
    expect(harness.engine.replica.problems()).toEqual([]);
    expect(harness.status()).toMatchObject({ total: 60, generation: 1 });
  });

  test('Engine keeps history over an edit of the target', async () => {
    harness = await Harness.create();
    await traffic(60, { bad: 1 });
    await harness.write('slo.yaml', sloYaml({ target: '0.9' }));
    await harness.engine.publishDefinitions();
    expect(harness.status()).toMatchObject({ target: 0.9, total: 60, good: 54, generation: 1 });
  });

  test('Engine starts a new generation at the next slice after an edit of what is counted', async () => {
    harness = await Harness.create();
    await traffic(60);
    harness.nowMillis += 3000;
    await harness.write('slo.yaml', sloYaml({ good: 'span.duration > 5' }));
    await harness.engine.publishDefinitions();
    await harness.append(burst(harness.nowMillis, 3));
    await harness.settle();
    expect(harness.status()).toMatchObject({ generation: 1, total: 63 });
    harness.nowMillis += 10_000;
    await harness.append(burst(harness.nowMillis, 2));
    // A straggler of the time before still belongs to the generation before.
    await harness.append(burst(harness.nowMillis - 15_000, 4));
    await harness.settle();
    expect(harness.status()).toMatchObject({ generation: 2, total: 2 });
    expect(harness.status('shop-availability', harness.nowMillis - 10_000)).toMatchObject({
      generation: 1,
      total: 67,
    });
  });

  test('Engine counts what lies unread on the log when a definition comes before any data was metered', async () => {
    harness = await Harness.create({ files: {} });
    await harness.append(burst(T0 - HOUR, 5));
    await harness.write('slo.yaml', sloYaml());
    await harness.engine.publishDefinitions();
    await harness.settle();
    expect(harness.status()).toMatchObject({ total: 5, generation: 1 });
  });

  test('Engine counts a definition that comes later from the next slice on', async () => {
    harness = await Harness.create({ files: {} });
    await harness.append(burst(T0, 5));
    await harness.settle();
    harness.nowMillis += 15_000;
    await harness.write('slo.yaml', sloYaml());
    await harness.engine.publishDefinitions();
    await traffic(30, { total: 1 });
    expect(harness.status().total).toBe(2);
  });

  test('Engine gives a definition that comes back a new generation', async () => {
    harness = await Harness.create();
    await traffic(30);
    await harness.retire('slo.yaml');
    await traffic(30);
    expect(harness.engine.replica.slos(harness.nowMillis)).toEqual([]);
    await harness.write('slo.yaml', sloYaml());
    await harness.engine.publishDefinitions();
    await traffic(30);
    expect(harness.status()).toMatchObject({ generation: 2, total: 30 });
  });
});

describe('Engine restarts', () => {
  test('Engine counts every event once, whichever step it is dropped after', async () => {
    harness = await Harness.create({ latenessSeconds: 60 });
    let expected = 0;
    for (let round = 0; round < 24; round += 1) {
      await harness.append(traceRequest([{ endNanos: nanos(harness.nowMillis), isBad: round % 3 === 0 }]));
      await harness.append(burst(harness.nowMillis - 20_000, 2));
      expected += 3;
      harness.nowMillis += 7000;
      if (round % 4 === 1) await harness.restart();
      await harness.meter();
      if (round % 4 === 2) await harness.restart();
      while (await harness.engine.evaluate());
      if (round % 4 === 3) await harness.restart();
      await harness.settle();
      expect(harness.status()).toMatchObject({ total: expected, late: 0 });
    }
    expect(harness.status().good).toBe(expected - 8);
  });

  test('Engine does not judge the present before it has taken in what was counted while it was away', async () => {
    harness = await Harness.create();
    await cleanHour();
    await traffic(90, { bad: 10 });
    const before = harness.engine.replica.alerts({ limit: 9, openOnly: true });
    expect(before.map(tierOf)).toContain('page 1h firing');
    // The outage goes on for two minutes; more records than one step reads.
    for (let passed = 0; passed < 1200; passed += 1) {
      await harness.append(burst(harness.nowMillis, 1, 1));
      harness.nowMillis += 100;
      await harness.engine.meter();
    }
    await harness.restart();
    const evaluated = () => harness.engine.replica.partition(0).evaluated.get('traces');
    const last = evaluated();
    // A read that takes as long as a step may.
    const { read } = harness.log;
    harness.log.read = async (...asked) => {
      harness.log.read = read;
      await sleep(300);
      return read.apply(harness.log, asked);
    };
    expect(await harness.engine.evaluate()).toBe(true);
    expect(evaluated()).toBe(last);
    await harness.settle();
    expect(evaluated()).toBe(harness.nowMillis / 10_000);
    expect(harness.engine.replica.alerts({ limit: 9, openOnly: true }).map(tierOf)).toContain(
      'page 1h firing',
    );
  });

  test('Engine does not trust a transaction that failed: the records are metered again', async () => {
    harness = await Harness.create();
    await harness.append(burst(T0, 5));
    const { transact } = harness.log;
    harness.log.transact = () => Promise.reject(new Error('disk is gone'));
    await expect(harness.meter()).rejects.toThrow('disk is gone');
    harness.log.transact = transact;
    await harness.restart();
    harness.nowMillis += 1;
    await harness.settle();
    expect(harness.status().total).toBe(5);
  });
});
