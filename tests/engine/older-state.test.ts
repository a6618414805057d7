/** A log as engines wrote it before checkpoints were numbered and before several sources shared a record. */
import { afterEach, expect, test } from 'vitest';
import type { DurableLog } from '../../log/types.ts';
import { TOPIC_DEFINITIONS, TOPIC_OF_SIGNAL, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import written from './fixtures/one-partition-state.json' with { type: 'json' };
import { Harness, sloYaml } from './support/harness.ts';
import { burst } from './support/traces.ts';

const files = {
  'slo.yaml': sloYaml({ good: 'span.status.code != STATUS_CODE_ERROR and span.name == "GET /"' }),
  'logs.yaml': sloYaml({
    name: 'shop-logs',
    signal: 'logs',
    total: 'true',
    good: 'log.severity_number < SEVERITY_NUMBER_ERROR',
  }),
};

let harness: Harness | undefined;
afterEach(() => harness?.close());

/** Puts what was written onto an empty log, each record at its offset where that matters. */
async function restore(log: DurableLog): Promise<void> {
  for (const topic of [TOPIC_DEFINITIONS, TOPIC_STATE] as const) {
    const records = written.topics[topic].map(({ key, value }) => ({ key, value: Buffer.from(value) }));
    await log.append(topic, records, 0);
  }
  await fill(log, TOPIC_SLI, written.sli.first);
  await log.append(
    TOPIC_SLI,
    written.sli.records.map(({ value }) => ({ value: Buffer.from(value) })),
    0,
  );
  for (const { topic, offset } of written.committed.filter(({ group }) => group === 'valet-meter')) {
    await fill(log, topic, offset);
  }
  await log.append(TOPIC_OF_SIGNAL.traces, [{ value: Buffer.from(written.unmetered, 'base64') }], 0);
  await log.commit(written.committed);
}

/** So many records that are gone. */
async function fill(log: DurableLog, topic: string, count: number): Promise<void> {
  await log.append(topic, new Array(count).fill({ value: new Uint8Array(1) }), 0);
  await log.truncate({ topic, partition: 0 }, count);
}

test('Engine takes up a log of older engines as it is, counts on, and leaves a state that can be taken up', async () => {
  harness = await Harness.create({ nowMillis: written.nowMillis, files, before: restore });
  const { engine } = harness;
  for (const before of written.statuses) {
    expect(engine.replica.status(before.slo, written.nowMillis)).toMatchObject(before);
  }
  expect(engine.replica.alerts({ limit: 99 })).toEqual(written.alerts);

  // What was counted and not evaluated (7 bad ones), and what nobody had counted (4, one of them bad).
  harness.nowMillis += 10_000;
  await harness.settle();
  expect(harness.status()).toMatchObject({ good: 203, total: 241, late: 0, generation: 2 });
  expect(harness.status('shop-logs')).toMatchObject({ good: 406, total: 609 });
  await harness.append(burst(harness.nowMillis, 10));
  harness.nowMillis += 10_000;
  await harness.restart();
  await harness.settle();
  expect(harness.status()).toMatchObject({ good: 213, total: 251, generation: 2 });
  const open = harness.engine.replica.alerts({ limit: 99, openOnly: true });
  expect(open.map(({ id }) => id)).toEqual(
    written.alerts.filter(({ endedAt }) => endedAt === null).map(({ id }) => id),
  );
});
