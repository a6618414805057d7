import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  type AttemptContext,
  persist,
  Stopped,
  waitMillis,
} from '../../../ingest/writer/persistent-attempt.ts';
import { Stalls } from '../../../ingest/writer/stalls.ts';
import { WriterMetrics } from '../../../ingest/writer/writer-metrics.ts';
import { LogError } from '../../../log/errors.ts';
import { StoreError } from '../../../store/errors.ts';
import { metric } from './writer-world.ts';

function contextOf(registry = new Registry()): AttemptContext {
  return {
    topic: 't',
    partition: 0,
    signal: new AbortController().signal,
    logger: pino({ level: 'silent' }),
    metrics: new WriterMetrics(registry, { heldBytes: () => 0, partitions: () => 1, stalls: new Stalls() }),
    backoff: { baseMillis: 1, maxMillis: 30_000, random: () => 0 },
    failing: new Map(),
  };
}

const overloaded = (retryAfterMillis: number) =>
  new StoreError('too-many-parts', 'Cannot', { outcome: 'unknown', retryAfterMillis });

describe('waitMillis()', () => {
  test('is what the store asks for, two minutes at most, and never less than the backoff', () => {
    const context = contextOf();
    expect(waitMillis(overloaded(5_000), 1, context)).toBe(5_000);
    expect(waitMillis(overloaded(3_600_000), 1, context)).toBe(120_000);
    expect(waitMillis(overloaded(5_000), 99, context)).toBe(15_000);
    expect(waitMillis(new Error('any other'), 4, context)).toBe(4);
  });
});

describe('persist()', () => {
  test('shows the act that has failed most while any fails', async () => {
    const registry = new Registry();
    const context = contextOf(registry);
    const stalled = () => metric(registry, 'valet_writer_stalled');
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let failures = 0;
    const failing = persist(
      'one',
      async () => {
        if (++failures <= 3) throw new Error('not yet');
        await held;
      },
      context,
    );
    while (failures < 4) await new Promise((resolve) => setImmediate(resolve));
    let other = 0;
    await persist(
      'other',
      async () => {
        if (++other === 1) throw new Error('not yet');
      },
      context,
    );
    expect(await stalled()).toBe(3);
    letGo();
    await failing;
    expect(await stalled()).toBe(0);
  });

  test('makes no attempt without proof, and ends when the partition is another\u2019s or it is told to stop', async () => {
    for (const reason of [new LogError('fenced', 'Cannot'), new Stopped()]) {
      const registry = new Registry();
      let attempts = 0;
      const prove = async () => {
        throw reason;
      };
      const act = persist('any', async () => void attempts++, { ...contextOf(registry), prove });
      await expect(act).rejects.toBe(reason);
      expect(attempts).toBe(0);
      expect(await metric(registry, 'valet_writer_failures_total')).toBe(0);
    }
  });

  test('tries again when the proof fails for another reason', async () => {
    let proofs = 0;
    const prove = async () => {
      if (++proofs === 1) throw new LogError('log-failed', 'Cannot');
    };
    let attempts = 0;
    await persist('any', async () => void attempts++, { ...contextOf(), prove });
    expect([proofs, attempts]).toEqual([2, 1]);
  });

  test('forgets a failure of a try that was stopped, once the act succeeds', async () => {
    const registry = new Registry();
    const stopping = new AbortController();
    const stopped = { ...contextOf(registry), signal: stopping.signal };
    const refused = persist(
      'one',
      async () => {
        setImmediate(() => stopping.abort());
        throw new Error('not yet');
      },
      { ...stopped, backoff: { baseMillis: 60_000, maxMillis: 60_000 } },
    );
    await expect(refused).rejects.toBeInstanceOf(Stopped);
    expect(await metric(registry, 'valet_writer_stalled')).toBe(1);
    await persist('one', async () => undefined, { ...stopped, signal: new AbortController().signal });
    expect(await metric(registry, 'valet_writer_stalled')).toBe(0);
  });
});
