import { expect } from 'vitest';
import { TABLES } from '../../schemas/names.ts';
import { type Fault, isInsertInto } from '../support/fault-proxy.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import { eventually, type World } from './world.ts';

const REQUESTS = 5;

/** The first INSERTs into the spans' table, and then those into the writer's own book, meet the fault. */
function meets(fault: Fault, { times = 2, timeoutMillis = 20_000 } = {}): Scenario {
  return {
    async run(world) {
      await world.send(REQUESTS);
      const seen = world.proxy.count;
      for (const table of [TABLES.traces, TABLES.batches])
        world.proxy.next(fault, { when: isInsertInto(table), times });
      const writing = await world.write({ store: { timeoutMillis } });
      await world.settled();
      await world.send(REQUESTS);
      await world.settled();
      await writing.stop();
      const struck = world.proxy.requests.slice(seen).filter((request) => request.fault === fault.kind);
      expect(struck.length).toBe(2 * times);
      await world.check();
    },
  };
}

/** A view that fails whenever rows come, after the table itself has got them. */
async function failingView(world: World): Promise<{ repair(): Promise<void> }> {
  const { store } = world.site;
  const [view, target] = ['fault_matrix_view', 'fault_matrix_target'];
  await store.command(`CREATE TABLE ${target} (TraceId String, Never UInt8) ENGINE = MergeTree ORDER BY TraceId
    SETTINGS non_replicated_deduplication_window = 1000`);
  await store.command(`CREATE MATERIALIZED VIEW ${view} TO ${target} AS
    SELECT TraceId, throwIf(TraceId != '', 'ordered by a test') AS Never FROM ${TABLES.traces}`);
  return {
    async repair() {
      await store.command(`DROP VIEW ${view} SYNC`);
      await store.command(`DROP TABLE ${target} SYNC`);
    },
  };
}

export const STORE_FAULTS: Scenarios = {
  'the store answers 503': meets({ kind: 'answer', status: 503 }),
  'the store answers 200 with garbage': meets({ kind: 'answer', status: 200, body: '<html>It works</html>' }),
  'the store answers too many parts before it stored': meets({ kind: 'exception', code: 252 }, { times: 1 }),
  'the store answers too many parts after it stored': meets(
    { kind: 'exception', code: 252, applied: true },
    { times: 1 },
  ),
  'the store answers memory limit after it stored': meets(
    { kind: 'exception', code: 241, applied: true },
    { times: 1 },
  ),
  'the connection is reset before the INSERT took effect': meets({ kind: 'reset-before' }),
  'the connection is reset in the middle of the INSERT': meets({ kind: 'reset-within', bytes: 500 }),
  'both connections are reset in the middle of the INSERT': meets({ kind: 'cut-request', bytes: 500 }),
  'the connection is reset after the INSERT took effect': meets({ kind: 'reset-after' }),
  'the store hangs before the INSERT took effect': meets({ kind: 'hang-before' }, { timeoutMillis: 300 }),
  'the store hangs after the INSERT took effect': meets({ kind: 'hang-after' }, { timeoutMillis: 300 }),
  'the INSERT drips into the store': meets({ kind: 'drip-request', bytes: 2000, pauseMillis: 2 }),
  'the answer drips out of the store': meets({ kind: 'drip-answer', bytes: 1, pauseMillis: 2 }),
  'the INSERT drips so slowly that time is up': meets(
    { kind: 'drip-request', bytes: 200, pauseMillis: 50 },
    { timeoutMillis: 300, times: 1 },
  ),
  'the answer of the store is cut off': meets({ kind: 'truncate-answer', bytes: 0 }),
  'the INSERT is applied to the table but not to a view behind it': {
    async run(world) {
      await world.send(REQUESTS);
      const view = await failingView(world);
      const writing = await world.write();
      await eventually(
        'the INSERT fails',
        async () => (await writing.metric('valet_writer_failures_total')) >= 3,
      );
      await view.repair();
      await world.settled();
      await writing.stop();
      await world.check();
    },
  },
  'nobody answers for minutes: twenty attempts': outage(20),
  'nobody answers for longer than an hour: two hundred attempts, at the usual thirty seconds between them':
    outage(200),
  'kill -9 of ClickHouse during the INSERT': {
    async run(world) {
      await world.send(REQUESTS);
      const strike = world.proxy.next({ kind: 'hang-after' }, { when: isInsertInto(TABLES.traces) });
      const writing = await world.write();
      await strike.struck;
      await world.site.server.kill();
      strike.release();
      await world.send(REQUESTS);
      await world.site.server.start();
      await world.settled();
      await writing.stop();
      await world.check();
    },
  },
};

/** The attempts are what counts; the pauses between them are shortened. */
function outage(attempts: number): Scenario {
  return {
    async run(world) {
      await world.send(REQUESTS);
      await world.proxy.down();
      const writing = await world.write({ writer: { backoff: { baseMillis: 1, maxMillis: 2 } } });
      for (
        let stalled = 0;
        stalled < attempts;
        stalled = await writing.metric('valet_writer_failures_total')
      ) {
        await world.send(1);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if ((await writing.metric('valet_writer_stalled')) === 0) throw new Error('It does not show');
      await world.proxy.up();
      await world.settled();
      if ((await writing.metric('valet_writer_stalled')) !== 0) throw new Error('It still shows');
      await writing.stop();
      await world.check();
    },
  };
}
