import { expect } from 'vitest';
import { encodeState } from '../../ingest/writer/plan.ts';
import { GROUP_WRITER, TABLES } from '../../schemas/names.ts';
import { isInsertInto } from '../support/fault-proxy.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import { bound } from './stopping-log.ts';
import { TOPIC, type World } from './world.ts';

const AT = { topic: TOPIC, partition: 0 };

/** A first writer stores something and ends in order. */
async function beginWith(world: World, requests: number): Promise<void> {
  await world.send(requests);
  const writing = await world.write();
  await world.settled();
  await writing.stop();
}

/** The writer starts again, stores the rest, and tells of one thing that is not as it left it. */
async function goOnWith(world: World, anomaly: string): Promise<void> {
  const writing = await world.write();
  await world.settled();
  await world.send(3);
  await world.settled();
  expect(await writing.metric('valet_writer_anomalies_total')).toBe(1);
  expect(await writing.registry.getSingleMetricAsString('valet_writer_anomalies_total')).toContain(anomaly);
  await writing.stop();
  await world.check();
}

function foreignCommit(offset: number): Scenario {
  return {
    async run(world) {
      await beginWith(world, 5);
      await world.send(5);
      await world.commit(0, offset, 'mine');
      await goOnWith(world, 'offsets-foreign');
    },
  };
}

export const LOG_DAMAGE: Scenarios = {
  'the committed offsets are lost': {
    async run(world) {
      await beginWith(world, 5);
      await world.send(5);
      let forgotten = 0;
      const log = await world.of.another();
      const forgetful = {
        ...bound(log),
        committed: async (group: string, of: typeof AT) =>
          forgotten++ === 0 ? undefined : await log.committed(group, of),
      };
      const writing = await world.write({ log: forgetful });
      await world.settled();
      expect(await writing.registry.getSingleMetricAsString('valet_writer_anomalies_total')).toContain(
        'offsets-lost',
      );
      await writing.stop();
      await log.close();
      await world.check();
    },
  },
  'another program commits an offset that skips records': foreignCommit(9),
  'another program commits an offset that repeats records': foreignCommit(1),
  'the topic is made anew': {
    async run(world) {
      await beginWith(world, 5);
      await world.of.recreate(TOPIC);
      await world.send(7);
      await goOnWith(world, 'topic-recreated');
    },
  },
  'the group is deleted with a batch open that is stored': {
    on: 'kafka',
    async run(world) {
      await beginWith(world, 5);
      await world.send(5);
      const strike = world.proxy.next({ kind: 'hang-after' }, { when: isInsertInto(TABLES.traces) });
      const writer = world.child('writer');
      await strike.struck;
      await world.kill(writer);
      strike.release();
      await world.of.deleteGroup?.();
      expect(await world.log.committed(GROUP_WRITER, AT)).toBeUndefined();
      // A batch made anew would take these in.
      await world.send(5);
      await goOnWith(world, 'offsets-lost');
    },
  },
  'the store has forgotten which batches it has': {
    async run(world) {
      await beginWith(world, 5);
      const identity = await world.log.identity(TOPIC);
      await world.site.store.command(
        `DELETE FROM ${TABLES.batches} WHERE startsWith(TopicId, '${identity}') SETTINGS lightweight_deletes_sync = 2`,
      );
      await goOnWith(world, 'store-behind');
    },
  },
  'the log is shorter than the wanted offset': {
    async run(world) {
      await beginWith(world, 5);
      const identity = await world.log.identity(TOPIC);
      await world.commit(0, 9, encodeState({ identity }));
      await goOnWith(world, 'log-shorter');
    },
  },
  'the log has dropped records before they were stored': {
    async run(world) {
      await beginWith(world, 3);
      const gone = await world.send(4);
      await world.send(2);
      await world.log.truncate(AT, 7);
      world.lost(gone);
      const writing = await world.write();
      await world.settled();
      expect(await writing.metric('valet_writer_lost_records_total')).toBe(4);
      await writing.stop();
      expect(await world.lossesOnRecord()).toEqual([{ reason: 'gap', first: 3, last: 6 }]);
      await world.check();
    },
  },
  'the log has dropped part of a planned batch that was not stored': {
    async run(world) {
      const gone = await world.send(2);
      await world.send(3);
      const writer = world.child('writer', 'after-plan');
      await writer.at('after-plan');
      await world.kill(writer);
      await world.log.truncate(AT, 2);
      world.lost(gone);
      await world.settleAndCheck();
      expect(await world.lossesOnRecord()).toEqual([{ reason: 'cut-plan', first: 0, last: 1 }]);
    },
  },
  'the log has dropped part of a planned batch that was stored': {
    async run(world) {
      await world.send(5);
      const strike = world.proxy.next({ kind: 'hang-after' }, { when: isInsertInto(TABLES.traces) });
      const writer = world.child('writer');
      await strike.struck;
      await world.kill(writer);
      await world.log.truncate(AT, 2);
      // Its tokens keep what is there; what is gone from the log counts as lost, though it was stored.
      await world.settleAndCheck();
      expect(await world.lossesOnRecord()).toEqual([{ reason: 'cut-plan', first: 0, last: 1 }]);
    },
  },
};
