/** Several engines on one log, partitions moved and engines killed at random: the numbers are those of one engine. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SloStatus } from '../../engine/core/types.ts';
import { GROUP_EVALUATOR, GROUP_METER, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { Fleet, type FleetEngine, tolerant } from './support/fleet.ts';
import { Harness, sloYaml } from './support/harness.ts';
import type { Fault } from './support/log-cluster.ts';
import { burst } from './support/traces.ts';

const T0 = Date.UTC(2026, 0, 1);
const PARTITIONS = { otlpPartitions: 3, sliPartitions: 8 } as const;
const LATENESS_SECONDS = 60;
const SLOS = ['a', 'b', 'c', 'd', 'e'];
const files = Object.fromEntries(
  SLOS.map((name, index) => [`${name}.yaml`, sloYaml({ name, target: index % 2 === 0 ? '0.95' : '0.999' })]),
);
const options = { nowMillis: T0, latenessSeconds: LATENESS_SECONDS, files, ...PARTITIONS };

const append = fc.record({
  partition: fc.nat(PARTITIONS.otlpPartitions - 1),
  ageMillis: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -5_000, max: 150_000 }) },
  ),
  total: fc.integer({ min: 1, max: 5 }),
  bad: fc.nat(5),
});

/** What happens to the engines, in any order and at the same time. */
const act = fc.oneof(
  fc.record({ kind: fc.constant('meter' as const), engine: fc.nat(9) }),
  fc.record({ kind: fc.constant('evaluate' as const), engine: fc.nat(9) }),
  fc.record({ kind: fc.constant('move' as const), seed: fc.nat(), isMeters: fc.boolean() }),
  fc.record({ kind: fc.constant('start' as const) }),
  fc.record({ kind: fc.constant('kill' as const), engine: fc.nat(9) }),
  fc.record({ kind: fc.constant('hang' as const), engine: fc.nat(9) }),
  fc.record({
    kind: fc.constant('fault' as const),
    engine: fc.nat(9),
    fault: fc.constantFrom<Fault>('fails before', 'fails after', 'shows late'),
  }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

const round = fc.record({
  passedMillis: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 25_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 1_800_000 }) },
  ),
  appends: fc.array(append, { maxLength: 4 }),
  acts: fc.array(act, { maxLength: 8 }),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

async function perform(fleet: Fleet, it: Act): Promise<void> {
  const chosen = (index: number) => fleet.engines[index % fleet.engines.length] as FleetEngine;
  switch (it.kind) {
    case 'meter':
      await tolerant(() => chosen(it.engine).meter());
      return;
    case 'evaluate':
      await tolerant(() => chosen(it.engine).engine.evaluate());
      return;
    case 'move':
      await fleet.cluster.rebalance(
        it.isMeters ? GROUP_METER : GROUP_EVALUATOR,
        (partition, members) => Math.floor(Math.abs(Math.sin(it.seed + partition)) * 1000) % members,
      );
      return;
    case 'start':
      if (fleet.engines.length < 4) await tolerant(() => fleet.start());
      return;
    case 'kill':
      if (fleet.engines.length > 1) await fleet.kill(chosen(it.engine));
      return;
    case 'hang':
      await fleet.cluster.expel(chosen(it.engine).handle);
      return;
    case 'fault':
      chosen(it.engine).handle.nextFault = it.fault;
  }
}

/** The figures that do not depend on when somebody looked. */
function figures(status: SloStatus | undefined) {
  const { good, total, late, sli, burn, budget, window, generation } = status as SloStatus;
  return { good, total, late, sli, burn, budget, window, generation };
}

async function play(rounds: readonly Round[]): Promise<void> {
  const fleet = await Fleet.create(options);
  const alone = await Harness.create(options);
  try {
    await fleet.start();
    await fleet.start();
    for (const { passedMillis, appends, acts } of rounds) {
      fleet.nowMillis += passedMillis;
      alone.nowMillis = fleet.nowMillis;
      for (const { partition, ageMillis, total, bad } of appends) {
        const value = burst(fleet.nowMillis - ageMillis, total, bad);
        for (const log of [fleet.cluster.log, alone.log]) {
          await log.append(TOPIC_OF_SIGNAL.traces, [{ value }], partition);
        }
      }
      await Promise.all(acts.map((it) => perform(fleet, it)));
      await alone.settle();
    }
    // Hung processes wake up and find that they own nothing.
    for (const group of [GROUP_METER, GROUP_EVALUATOR]) await fleet.cluster.rebalance(group);
    await fleet.settle();
    const replica = await fleet.replica();
    for (const slo of SLOS) {
      const found = figures(replica.status(slo, fleet.nowMillis));
      expect({ slo, ...found }).toEqual({ slo, ...figures(alone.status(slo)) });
    }
  } finally {
    await fleet.close();
    await alone.close();
  }
}

test('Engines count every event once, whichever of them had the partition and whatever happened to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 3, maxLength: 15 }), (rounds) => play(rounds)),
    { numRuns: 60 },
  );
}, 120_000);
