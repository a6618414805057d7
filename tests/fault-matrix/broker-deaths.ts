import { TABLES } from '../../schemas/names.ts';
import { isInsertInto } from '../support/fault-proxy.ts';
import type { Scenarios } from './scenario.ts';
import { eventually, TOPIC, type World } from './world.ts';

/** Appends as a sender would: what fails is sent again. */
async function sendThrough(world: World, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const { number, body } = world.request();
    for (let attempt = 1; ; attempt++)
      try {
        await world.log.append(TOPIC, [{ value: body }]);
        world.acknowledged(number, attempt === 1 ? 'first try' : 'repeated');
        break;
      } catch {}
  }
}

export const BROKER_DEATHS: Scenarios = {
  'kill -9 of the broker while requests are appended and stored': {
    on: 'kafka',
    partitions: 2,
    async run(world) {
      const writing = await world.write();
      await sendThrough(world, 20);
      const sending = sendThrough(world, 200);
      await world.broker?.kill();
      await world.broker?.start();
      await sending;
      await sendThrough(world, 20);
      await world.settled();
      await writing.stop();
      await world.check();
    },
  },
  'kill -9 of the broker during the INSERT': {
    on: 'kafka',
    async run(world) {
      await world.send(5);
      const strike = world.proxy.next({ kind: 'hang-after' }, { when: isInsertInto(TABLES.traces) });
      const writing = await world.write();
      await strike.struck;
      await world.broker?.kill();
      strike.release();
      // Stored, and nowhere to say so.
      await eventually('the INSERT', async () => (await writing.metric('valet_writer_rows_total')) > 0);
      await world.broker?.start();
      await world.send(5);
      await world.settled();
      await writing.stop();
      await world.check();
    },
  },
};
