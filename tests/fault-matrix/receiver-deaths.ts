import { request } from 'node:http';
import type { Child } from './child.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import type { Step } from './stopping-log.ts';

/** Status of the answer; 0 when there is none. */
async function post(receiver: Child, body: Uint8Array): Promise<number> {
  const port = await receiver.port();
  return await new Promise((resolve) => {
    const call = request(
      {
        port,
        path: '/v1/traces',
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    call.once('error', () => resolve(0));
    call.end(body);
  });
}

/** The receiver dies with a request in hand; the sender, without an answer, sends it again to the next one. */
function diesAt(step: Step): Scenario {
  return {
    async run(world) {
      const dying = world.child('receiver', step);
      const { number, body } = world.request();
      const unanswered = post(dying, body);
      await dying.at(step);
      await dying.kill();
      if ((await unanswered) === 200) throw new Error('Acknowledged before it was durable');
      const next = world.child('receiver');
      if ((await post(next, body)) !== 200) throw new Error('Not taken');
      world.acknowledged(number, 'repeated');
      const others = [world.request(), world.request()];
      for (const other of others) {
        if ((await post(next, other.body)) !== 200) throw new Error('Not taken');
        world.acknowledged(other.number, 'first try');
      }
      // Killed right after its answer: what it acknowledged stays.
      await next.kill();
      await world.settleAndCheck();
    },
  };
}

export const RECEIVER_DEATHS: Scenarios = {
  'kill -9 of the receiver before the append': diesAt('before-append'),
  'kill -9 of the receiver after the append, before the answer': diesAt('after-append'),
};
