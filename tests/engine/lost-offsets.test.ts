/** Offsets the log has lost, topics made anew, records gone: nothing twice, and what is lost is told. */
import { afterEach, describe, expect, test } from 'vitest';
import { decodeMeterState } from '../../engine/meter/meter-state.ts';
import { GROUP_METER, TOPIC_OF_SIGNAL, TOPIC_SLI } from '../../schemas/names.ts';
import { Harness } from './support/harness.ts';
import { burst } from './support/traces.ts';

const SPANS = { topic: TOPIC_OF_SIGNAL.traces, partition: 0 };

let harness: Harness;
afterEach(() => harness.close());

async function traffic(requests: number): Promise<void> {
  for (let sent = 0; sent < requests; sent += 1) await harness.append(burst(harness.nowMillis, 10));
  harness.nowMillis += 10_000;
  await harness.settle();
}

/** Up to the end of the slice that has begun. */
function counted() {
  return harness.status('shop-availability', harness.nowMillis + 10_000);
}

describe('Meters', () => {
  test('Meters count what is around a record the log cannot read, and tell of it', async () => {
    harness = await Harness.create();
    for (let sent = 0; sent < 3; sent += 1) await harness.append(burst(harness.nowMillis, 10));
    harness.log.damage(SPANS, 1);
    harness.nowMillis += 10_000;
    await harness.settle();
    expect(counted()).toMatchObject({ total: 20, late: 0 });
    expect((await harness.metrics.uncounted.get()).values).toContainEqual({
      labels: { signal: 'traces', reason: 'undecodable' },
      value: 1,
    });
  });

  test('Meters do not go by the time of a record the log cannot read', async () => {
    harness = await Harness.create();
    for (let sent = 0; sent < 3; sent += 1) await harness.append(burst(harness.nowMillis, 10));
    harness.log.damage(SPANS, 2);
    const read = harness.log.read.bind(harness.log);
    harness.log.read = async (...asked) => {
      const found = await read(...asked);
      const records = found.records.map((record) =>
        record.damage ? { ...record, appendedMillis: 0 } : record,
      );
      return { ...found, records };
    };
    harness.nowMillis += 10_000;
    await harness.settle();
    const metadata = (await harness.log.committed(GROUP_METER, SPANS))?.metadata ?? '';
    expect(decodeMeterState(metadata).state.headMillis).toBeGreaterThan(1_000_000);
    expect(counted()).toMatchObject({ total: 20, late: 0 });
  });

  test('Meters show how many records they are behind', async () => {
    harness = await Harness.create();
    const lag = async () => {
      await harness.engine.measure();
      const { values } = await harness.metrics.lagRecords.get();
      return values.map(({ labels, value }) => [labels.topic, labels.partition, value]);
    };
    await traffic(2);
    await harness.append(burst(harness.nowMillis, 10));
    await harness.append(burst(harness.nowMillis, 10));
    expect(await lag()).toContainEqual([SPANS.topic, 0, 2]);
    await harness.settle();
    expect(await lag()).toContainEqual([SPANS.topic, 0, 0]);
    await harness.engine.close();
    expect(await lag()).toEqual([]);
  });

  test('Meters go on where the counts say, when the log has dropped what was committed', async () => {
    harness = await Harness.create();
    await traffic(5);
    // Counted, and not in any checkpoint yet.
    await harness.append(burst(harness.nowMillis, 3));
    await harness.meter();
    harness.log.forget(GROUP_METER, SPANS);
    await harness.append(burst(harness.nowMillis, 2));
    await harness.restart();
    await traffic(1);
    expect(counted()).toMatchObject({ total: 65, late: 0 });
  });

  test('Meters begin at the start of a topic that was made anew, though it is longer than the old one was', async () => {
    harness = await Harness.create();
    await traffic(2);
    harness.log.recreate(SPANS.topic);
    for (let sent = 0; sent < 5; sent += 1) await harness.append(burst(harness.nowMillis, 10));
    await harness.restart();
    await harness.settle();
    expect(counted()).toMatchObject({ total: 70 });
  });

  test('Meters begin at the start of a topic that was made anew and whose offsets are gone', async () => {
    harness = await Harness.create();
    await traffic(2);
    harness.log.recreate(SPANS.topic);
    harness.log.forget(GROUP_METER, SPANS);
    for (let sent = 0; sent < 5; sent += 1) await harness.append(burst(harness.nowMillis, 10));
    await harness.restart();
    await harness.settle();
    expect(counted()).toMatchObject({ total: 70 });
  });

  test('Meters that run notice a topic made anew by its end', async () => {
    harness = await Harness.create();
    await traffic(5);
    harness.log.recreate(SPANS.topic);
    await harness.append(burst(harness.nowMillis, 4));
    await expect(harness.engine.meter()).rejects.toMatchObject({ code: 'offset-out-of-range' });
    await harness.settle();
    expect(counted()).toMatchObject({ total: 54 });
  });

  test('Meters count what is left of a log that was cut', async () => {
    harness = await Harness.create();
    await traffic(2);
    for (let sent = 0; sent < 4; sent += 1) await harness.append(burst(harness.nowMillis, 10));
    await harness.log.truncate(SPANS, 4);
    await harness.settle();
    expect(counted()).toMatchObject({ total: 40 });
  });
});

describe('Evaluator', () => {
  test('Evaluator keeps what it has when valet_sli is made anew, running or not', async () => {
    harness = await Harness.create();
    for (let round = 0; round < 3; round += 1) await traffic(1);
    harness.log.recreate(TOPIC_SLI);
    await traffic(1);
    expect(counted()).toMatchObject({ total: 40 });
    await traffic(20);
    await harness.engine.checkpoint();
    harness.log.recreate(TOPIC_SLI);
    // Longer than the old one: only its identity tells.
    for (let sent = 0; sent < 60; sent += 1) {
      await harness.append(burst(harness.nowMillis, 1));
      await harness.meter();
    }
    await harness.restart();
    await harness.settle();
    expect(counted()).toMatchObject({ total: 300 });
  });

  test('Evaluator goes on behind partial counts that are gone', async () => {
    harness = await Harness.create();
    await traffic(3);
    await harness.append(burst(harness.nowMillis, 5));
    await harness.meter();
    const { next } = await harness.log.bounds({ topic: TOPIC_SLI, partition: 0 });
    await harness.log.truncate({ topic: TOPIC_SLI, partition: 0 }, next);
    await traffic(1);
    expect(counted()).toMatchObject({ total: 40 });
  });
});
