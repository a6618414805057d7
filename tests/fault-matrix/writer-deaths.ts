import { TABLES } from '../../schemas/names.ts';
import { type Fault, isInsertInto } from '../support/fault-proxy.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import type { Step } from './stopping-log.ts';
import type { World } from './world.ts';

const REQUESTS = 5;

/** The writer's process dies at a step of its log. */
function diesAt(step: Step): Scenario {
  return {
    async run(world) {
      await world.send(REQUESTS);
      const writer = world.child('writer', step);
      await writer.at(step);
      await world.kill(writer);
      await world.send(REQUESTS);
      await world.settleAndCheck();
    },
  };
}

/** The writer's process dies while the store holds a request of it. */
function diesInInsert(table: string, fault: Fault): Scenario {
  return {
    async run(world) {
      await world.send(REQUESTS);
      await killInInsert(world, table, fault);
      await world.send(REQUESTS);
      await world.settleAndCheck();
    },
  };
}

async function killInInsert(world: World, table: string, fault: Fault): Promise<{ release(): void }> {
  const strike = world.proxy.next(fault, { when: isInsertInto(table) });
  const writer = world.child('writer');
  await strike.struck;
  await world.kill(writer);
  return strike;
}

export const WRITER_DEATHS: Scenarios = {
  'kill -9 of the writer before the plan is journaled': diesAt('before-plan'),
  'kill -9 of the writer after the plan is journaled': diesAt('after-plan'),
  'kill -9 of the writer during the INSERT, which never reaches the store': {
    async run(world) {
      await world.send(REQUESTS);
      const writer = world.child('writer');
      await world.proxy.next({ kind: 'reset-within', bytes: 100 }, { when: isInsertInto(TABLES.traces) })
        .struck;
      await world.kill(writer);
      await world.settleAndCheck();
    },
  },
  'kill -9 of the writer during the INSERT, which arrives while the next one stores the batch': diesInInsert(
    TABLES.traces,
    { kind: 'hang-before' },
  ),
  'kill -9 of the writer during the INSERT, which arrives when the batch is long stored': {
    async run(world) {
      await world.send(REQUESTS);
      const late = await killInInsert(world, TABLES.traces, { kind: 'hang-before' });
      const next = await world.write();
      await world.settled();
      await world.send(REQUESTS);
      await world.settled();
      const before = world.proxy.count;
      late.release();
      await world.check();
      await next.stop();
      await world.check();
      // The late one had been seen before; nothing else was sent for it.
      if (world.proxy.count < before) throw new Error('The proxy forgot requests');
    },
  },
  'kill -9 of the writer during the INSERT, which took effect': diesInInsert(TABLES.traces, {
    kind: 'hang-after',
  }),
  'kill -9 of the writer after the INSERT, before its row in valet_batches': diesInInsert(TABLES.batches, {
    kind: 'hang-before',
  }),
  'kill -9 of the writer after its row in valet_batches': diesInInsert(TABLES.batches, {
    kind: 'hang-after',
  }),
  'kill -9 of the writer before the commit': diesAt('before-end'),
  'kill -9 of the writer after the commit': diesAt('after-end'),
  'kill -9 of one writer after the other, each a step further in the same batch': {
    async run(world) {
      await world.send(REQUESTS);
      for (const step of ['before-plan', 'after-plan'] as const) {
        const writer = world.child('writer', step);
        await writer.at(step);
        await world.kill(writer);
      }
      await killInInsert(world, TABLES.traces, { kind: 'hang-after' });
      await killInInsert(world, TABLES.batches, { kind: 'hang-before' });
      const last = world.child('writer', 'before-end');
      await last.at('before-end');
      await world.kill(last);
      await world.settleAndCheck();
    },
  },
};
