import { TABLES } from '../../schemas/names.ts';
import { isInsertInto } from '../support/fault-proxy.ts';
import type { Scenarios } from './scenario.ts';

const HELD = { kind: 'hang-before' } as const;

/** Partitions that change hands. One process owns an embedded log, so this is Kafka's. */
export const OWNERSHIP: Scenarios = {
  'a rebalance in mid-batch': {
    on: 'kafka',
    partitions: 4,
    async run(world) {
      await world.send(20);
      const strike = world.proxy.next(HELD, {
        when: isInsertInto(TABLES.traces),
        times: Number.POSITIVE_INFINITY,
      });
      const one = world.child('writer');
      await strike.struck;
      const two = world.child('writer');
      await two.assigned();
      await world.send(20);
      world.proxy.calm();
      await world.settled();
      await world.kill(one);
      await world.send(20);
      await world.settled();
      await world.kill(two);
      await world.settleAndCheck();
    },
  },
  'members that come and go while batches are stored': {
    on: 'kafka',
    partitions: 4,
    async run(world) {
      const members = [world.child('writer')];
      for (let round = 0; round < 3; round++) {
        const next = world.child('writer');
        members.push(next);
        await world.send(12);
        await next.assigned();
        await world.send(12);
        await members[round]?.kill();
      }
      await world.settled();
      for (const member of members) await member.kill();
      await world.settleAndCheck();
    },
  },
  'a zombie writer: stopped in the INSERT, woken when the partition has another owner that has moved on': {
    on: 'kafka',
    async run(world) {
      await world.send(5);
      const strike = world.proxy.next(HELD, { when: isInsertInto(TABLES.traces) });
      const zombie = world.child('writer');
      await strike.struck;
      zombie.freeze();
      const owner = world.child('writer');
      await owner.assigned();
      await world.settled();
      await world.send(5);
      await world.settled();
      zombie.thaw();
      strike.release();
      await zombie.fenced();
      await world.send(5);
      await world.settled();
      await world.check();
      await world.kill(owner);
      await world.kill(zombie);
      await world.settleAndCheck();
    },
  },
};
