/** Windows longer than what is kept of everything else. */
import { afterEach, expect, test } from 'vitest';
import { sliceAt } from '../../engine/core/slices/slice.ts';
import { Harness, sloYaml } from './support/harness.ts';
import { burst } from './support/traces.ts';

const DAY_MILLIS = 86_400_000;

let harness: Harness | undefined;
afterEach(() => harness?.close());

test('a window of a year is covered where all of it was, however long ago its generation began', async () => {
  const slo = (total: string) => sloYaml({ window: '366d', total });
  harness = await Harness.create({
    files: { 'slo.yaml': slo('resource.attributes["service.name"] == "shop"') },
  });
  await harness.append(burst(harness.nowMillis, 10));
  await harness.settle();
  // A generation with a beginning of its own.
  await harness.write('slo.yaml', slo('resource.attributes["service.name"] != "other"'));
  await harness.engine.publishDefinitions();
  const state = harness.engine.replica.partition(0);
  const from = sliceAt(harness.nowMillis);
  for (let day = 0; day < 200; day += 1) {
    state.counts.liveness.traces.mark([from + day * 8640, from + (day + 1) * 8640]);
    state.forget('traces', from + (day + 1) * 8640);
  }
  harness.nowMillis += 200 * DAY_MILLIS;
  expect(harness.status()).toMatchObject({ generation: 2 });
  expect(harness.status().coverage).toBeGreaterThan(0.99);
}, 60_000);
