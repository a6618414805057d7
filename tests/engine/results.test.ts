/** What reaches ClickHouse: rows decoded again from the blocks a store in memory received. */
import { afterEach, describe, expect, test } from 'vitest';
import { TABLES, TOPIC_STATE } from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';
import { readNative } from '../store/native/read-native.ts';
import { Harness, sloYaml } from './support/harness.ts';
import { MemoryStore } from './support/memory-store.ts';
import { burst } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** Milliseconds of a DateTime as ClickHouse writes it. */
function millis(time: unknown): number {
  return Date.parse(`${String(time).replace(' ', 'T')}Z`);
}

let harness: Harness;
afterEach(() => harness.close());

async function traffic(seconds: number, bad = 0): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    await harness.append(burst(harness.nowMillis, 10, bad));
    harness.nowMillis += 10_000;
    await harness.settle();
  }
}

describe('Results', () => {
  test('Results writes slices as absolute values, budgets and burn every minute, alerts and definitions', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store });
    await traffic(600, 1);
    await traffic(20);
    const slices = store.rows(TABLES.slices, ['Slo', 'Generation', 'Slice']);
    expect(slices.length).toBeGreaterThanOrEqual(60);
    expect(slices.every(({ Total, Good }) => Number(Total) === 10 && Number(Good) >= 9)).toBe(true);
    expect(store.rows(TABLES.budgets, ['Time'])).toHaveLength(10);
    expect(store.rows(TABLES.burnRates, ['Time', 'Window'])).toHaveLength(70);
    expect(store.rows(TABLES.alerts, ['Id']).length).toBeGreaterThan(0);
    expect(store.rows(TABLES.definitions, ['Slo', 'Generation'])).toHaveLength(1);
    const last = store.rows(TABLES.budgets, ['Time']).at(-1);
    expect(last).toMatchObject({ Slo: 'shop-availability', State: 'exhausted', Service: 'shop' });
    expect(Number(last?.['Total'])).toBe(600);
  });

  test('Results say in budgets and burn rates what the counts are to be divided by', async () => {
    const store = new MemoryStore();
    const spec = {
      budgetingMethod: 'RatioTimeslices',
      objectives: [{ target: 0.99, timeSliceWindow: '1m' }],
    };
    const files = { 'slices.yaml': sloYaml({ spec }), 'events.yaml': sloYaml({ name: 'events' }) };
    // The engine only inserts.
    harness = await Harness.create({ store: store as unknown as Store, files });
    await traffic(620, 1);
    const budgets = store.rows(TABLES.budgets, ['Slo', 'Time']);
    const burns = store.rows(TABLES.burnRates, ['Slo', 'Time', 'Window']);
    for (const rows of [budgets, burns]) {
      expect(rows.length).toBeGreaterThanOrEqual(20);
      for (const { Slo, Scale } of rows) expect(Scale).toBe(Slo === 'events' ? 1 : 1_000_000);
    }
    const { Good, Total } =
      burns.filter(({ Slo, Window }) => Slo !== 'events' && Window === '5m').at(-1) ?? {};
    // Five slices, each of them with 9 good of 10.
    expect([Number(Good), Number(Total)]).toEqual([4_500_000, 5_000_000]);
  });

  test('Results keeps rows while ClickHouse is away and writes them when it is back', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store });
    store.isAway = true;
    await traffic(300);
    expect(harness.status().total).toBe(300);
    store.isAway = false;
    await traffic(30);
    const slices = store.rows(TABLES.slices, ['Slice']);
    expect(slices.length).toBeGreaterThanOrEqual(30);
    expect(store.rows(TABLES.budgets, ['Time'])).toHaveLength(5);
  });

  test('Results do not hold an alert back: it is on the log before any insert that follows it', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store });
    await traffic(3600);
    const onLog: number[] = [];
    store.onInsert = async (table) => {
      if (table !== TABLES.alerts) return;
      const { records } = await harness.log.read({ topic: TOPIC_STATE, partition: 0 }, 0, {
        maxRecords: 1e6,
      });
      onLog.push(records.filter(({ key }) => key?.startsWith('alert|')).length);
    };
    await traffic(70, 10);
    expect(onLog[0]).toBeGreaterThan(0);
  });

  test('Results and checkpoints go on when the clock has been set back', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store });
    await traffic(60);
    store.isAway = true;
    await traffic(20);
    store.isAway = false;
    harness.nowMillis -= HOUR;
    const inserted = store.blocks.length;
    const { next } = await harness.log.bounds({ topic: TOPIC_STATE, partition: 0 });
    await traffic(30);
    expect((await harness.log.bounds({ topic: TOPIC_STATE, partition: 0 })).next).toBeGreaterThan(next);
    expect(store.blocks.length).toBeGreaterThan(inserted);
  });

  test('Results writes rows again that a crash may have swallowed', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store });
    store.isAway = true;
    await traffic(120);
    await harness.restart();
    store.isAway = false;
    await traffic(30);
    const slices = store.rows(TABLES.slices, ['Slice']);
    expect(slices.reduce((sum, { Total }) => sum + Number(Total), 0)).toBeGreaterThanOrEqual(140);
  });

  test('Results that waited for ClickHouse outlive a restart, those written are not written again', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store });
    await traffic(1800);
    store.isAway = true;
    await traffic(1800);
    await harness.restart();
    store.isAway = false;
    const before = store.blocks.length;
    await traffic(30);
    expect(store.rows(TABLES.budgets, ['Time'])).toHaveLength(60);
    expect(store.rows(TABLES.burnRates, ['Time', 'Window'])).toHaveLength(420);
    const again = store.blocks.slice(before).filter(({ table }) => table === TABLES.slices);
    const slices = new Set(
      again.flatMap(({ chunks }) => readNative(chunks).map(({ Slice }) => millis(Slice))),
    );
    expect(Math.min(...slices)).toBeGreaterThanOrEqual(T0 + 1_780_000);
    expect(store.rows(TABLES.slices, ['Slice'])).toHaveLength(363);
  }, 60_000);

  test('Results corrects the minutes that late data changed', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store, latenessSeconds: 120 });
    await traffic(120);
    await harness.append(burst(T0 + 30_000, 7, 7));
    await traffic(300);
    const minute = store.rows(TABLES.budgets, ['Time']).find(({ Time }) => millis(Time) === T0 + 60_000);
    expect(minute).toMatchObject({ State: 'exhausted' });
    expect(Number(minute?.['Total'])).toBe(67);
  });

  test('Results of loaded history go back to its beginning: by the minute for a day, then by the quarter', async () => {
    const store = new MemoryStore();
    harness = await Harness.create({ store: store as unknown as Store, nowMillis: T0 + 30 * HOUR });
    for (let at = T0; at < T0 + 30 * HOUR; at += 60_000) await harness.append(burst(at, 1));
    await harness.settle();
    await traffic(20);
    const times = store.rows(TABLES.budgets, ['Time']).map(({ Time }) => millis(Time) - T0);
    expect(times.filter((time) => time < 6 * HOUR)).toHaveLength(23);
    expect(times.filter((time) => time >= 6 * HOUR && time < 30 * HOUR)).toHaveLength(24 * 60);
  }, 60_000);
});
