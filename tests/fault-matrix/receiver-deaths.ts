import { type ClientRequest, request } from 'node:http';
import { openCall, prefixed, rawCall, session } from '../ingest/receiver/support/raw-grpc.ts';
import type { Child } from './child.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import type { Step } from './stopping-log.ts';
import type { World } from './world.ts';

/** A way into the receiver. */
interface Way {
  /** Whether the request was acknowledged; false when there is no answer. */
  post(receiver: Child, body: Uint8Array): Promise<boolean>;
  /** Sends a half of the request, and leaves it at that. */
  begin(receiver: Child, body: Uint8Array): Promise<void>;
}

const HTTP: Way = {
  async post(receiver, body) {
    const call = await open(receiver, body.length);
    return await new Promise((resolve) => {
      call.once('response', (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode === 200));
      });
      call.once('error', () => resolve(false));
      call.end(body);
    });
  },
  async begin(receiver, body) {
    const call = await open(receiver, body.length);
    call.on('error', () => undefined);
    call.write(half(body));
  },
};

const GRPC: Way = {
  async post(receiver, body) {
    const { grpc } = await receiver.ports();
    return (await rawCall(session(grpc), prefixed(body)))['grpc-status'] === '0';
  },
  async begin(receiver, body) {
    const { grpc } = await receiver.ports();
    openCall(session(grpc)).write(prefixed(half(body), { length: body.length }));
  },
};

const WAYS = [HTTP, GRPC];

async function open(receiver: Child, length: number): Promise<ClientRequest> {
  const { http: port } = await receiver.ports();
  const headers = { 'content-type': 'application/x-protobuf', 'content-length': length };
  return request({ port, path: '/v1/traces', method: 'POST', headers });
}

function half(body: Uint8Array): Uint8Array {
  return body.subarray(0, body.length / 2);
}

/**
 * The receiver dies with two requests in hand, one over HTTP and one over gRPC; their senders, without an answer, send
 * them again to the next one.
 */
function diesAt(step: Step, how: Parameters<World['acknowledged']>[1]): Scenario {
  return {
    async run(world) {
      const dying = world.child('receiver', step);
      const sent = WAYS.map((way) => ({ way, ...world.request() }));
      const answers = sent.map(({ way, body }) => way.post(dying, body));
      await dying.at(step, sent.length);
      await dying.kill();
      if ((await Promise.all(answers)).some((isTaken) => isTaken))
        throw new Error('Acknowledged before it was durable');
      await repeat(world, sent, how);
    },
  };
}

interface Unanswered {
  readonly way: Way;
  readonly number: number;
  readonly body: Uint8Array;
}

/** Another receiver takes the requests, and others; it is killed as well. */
async function repeat(
  world: World,
  unanswered: readonly Unanswered[],
  how: Parameters<World['acknowledged']>[1],
): Promise<void> {
  const next = world.child('receiver');
  const others = WAYS.map((way) => ({ way, ...world.request() }));
  for (const { way, number, body } of [...unanswered, ...others]) {
    if (!(await way.post(next, body))) throw new Error('Not taken');
    world.acknowledged(number, unanswered.some((one) => one.number === number) ? how : 'first try');
  }
  // Killed right after its answer: what it acknowledged stays.
  await next.kill();
  await world.settleAndCheck();
}

/** Nothing of such a request is on the log: sent again it is there once. */
const DIES_IN_BODY: Scenario = {
  async run(world) {
    const dying = world.child('receiver', 'in-body');
    const sent: Unanswered[] = [];
    for (const way of WAYS) {
      const one = { way, ...world.request() };
      sent.push(one);
      await way.begin(dying, one.body);
      await dying.at('in-body', sent.length);
    }
    await dying.kill();
    await repeat(world, sent, 'first try');
  },
};

export const RECEIVER_DEATHS: Scenarios = {
  'kill -9 of the receiver in the middle of a body': DIES_IN_BODY,
  'kill -9 of the receiver before the append': diesAt('before-append', 'repeated'),
  // LMDB takes all records of an append or none.
  'kill -9 of the receiver when some parts of a split request are appended and others are not': {
    on: 'kafka',
    ...diesAt('within-append', 'repeated after a part'),
  },
  'kill -9 of the receiver after the append, before the answer': diesAt('after-append', 'repeated'),
};
