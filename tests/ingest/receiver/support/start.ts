import pino from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import {
  type ReceiverOptions,
  type Receivers,
  startReceivers,
} from '../../../../ingest/receiver/start-receivers.ts';
import { MemoryLog } from '../../../../log/memory/memory-log.ts';
import type { Appended, NewRecord, StoredRecord } from '../../../../log/types.ts';
import { SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../../../schemas/names.ts';
import { NOW_MILLIS } from '../../../otlp/support/payloads.ts';

export const MAX_REQUEST_BYTES = 256 * 1024;

/** A log in memory whose appends can be held back or made to fail. */
export class ControlledLog extends MemoryLog {
  /** Appends so far. */
  appends = 0;
  /** What the next appends do. */
  mode: 'take' | 'hold' | 'fail' = 'take';
  #held: (() => void)[] = [];

  get held(): number {
    return this.#held.length;
  }

  /** Lets the held appends through. */
  release(): void {
    this.mode = 'take';
    for (const go of this.#held.splice(0)) go();
  }

  override async append(topic: string, records: readonly NewRecord[], partition?: number): Promise<Appended> {
    this.appends++;
    if (this.mode === 'fail') throw new Error('disk is gone');
    if (this.mode === 'hold') await new Promise<void>((resolve) => this.#held.push(resolve));
    return super.append(topic, records, partition);
  }
}

/** Running receivers and what a test looks at. */
export interface TestReceivers extends Receivers {
  readonly log: ControlledLog;
  readonly registry: Registry;
  /** The clock, milliseconds since the epoch. */
  readonly clock: { now: number };
  readonly http: (path: string) => string;
  stored(signal: Signal): Promise<readonly StoredRecord[]>;
}

/** Starts receivers on free ports; they close with the test. */
export async function start(
  options: Partial<ReceiverOptions> & { readonly log?: ControlledLog; readonly clock?: { now: number } } = {},
): Promise<TestReceivers> {
  const clock = options.clock ?? { now: NOW_MILLIS };
  const log = options.log ?? new ControlledLog({ now: () => clock.now });
  for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal]);
  const registry = new Registry();
  const receivers = await startReceivers({
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    maxRequestBytes: MAX_REQUEST_BYTES,
    maxInFlightBytes: 4 * MAX_REQUEST_BYTES,
    retentionDays: { traces: 14, metrics: 14, logs: 14 },
    logger: pino({ level: 'silent' }),
    heartbeatMillis: 3_600_000,
    now: () => clock.now,
    ...options,
    registry,
    log,
  });
  onTestFinished(async () => {
    log.release();
    await receivers.close();
  });
  return {
    ...receivers,
    log,
    registry,
    clock,
    http: (path) => `http://127.0.0.1:${receivers.httpPort}${path}`,
    stored: async (signal) => (await log.read({ topic: TOPIC_OF_SIGNAL[signal], partition: 0 }, 0)).records,
  };
}

/** Resolves when the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
