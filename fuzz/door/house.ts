/** Real receivers on free ports of this machine, and the log in memory behind them. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type ReceiverOptions, startReceivers } from '../../ingest/receiver/start-receivers.ts';
import { MemoryLog, type MemoryLogOptions } from '../../log/memory/memory-log.ts';
import type { RecordPolicy } from '../../otlp/validate/types.ts';
import { SIGNALS, type Signal, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { NOW_MILLIS, RETENTION_DAYS, rangeAt } from '../moment.ts';
import { MAX_REQUEST_BYTES } from '../oracle/admission.ts';
import { POLICIES } from '../policy.ts';

/** Receivers under one policy. */
export interface House {
  readonly httpPort: number;
  readonly grpcPort: number;
  /** What its receivers do with records now. */
  policy(): RecordPolicy;
  /** Request bytes its receivers hold. */
  inFlightBytes(): number;
  /** Sets the clock of receivers and log, milliseconds since the epoch. */
  setTime(millis: number): void;
  /** What came into the log since the last call. */
  collect(signal: Signal): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}

/** The policies a house may have: with the usual settings of receivers, or with every limit there is. */
export type HousePolicy = 'plain' | 'all';

/** Room a receiver leaves for headers in a record of the log. */
const HEADER_ROOM_BYTES = 512;
const HOUR_MILLIS = 3_600_000;
const { maxPieceBytes = 0, maxAttributes = 0, maxValueBytes = 0 } = POLICIES.all;
const RULES = {
  plain: {},
  all: {
    maxAttributes,
    excessAttributes: 'truncate',
    maxValueBytes,
    overLongValues: 'truncate',
    outOfRangeTimes: 'clamp',
  },
} as const satisfies Record<HousePolicy, Partial<ReceiverOptions>>;

/** Makes the log of a house. */
export type CreateLog = (options: MemoryLogOptions) => MemoryLog;

const createMemoryLog: CreateLog = (options) => new MemoryLog(options);

/** Opens receivers; close them when they are not needed any more. */
export async function openHouse(name: HousePolicy, createLog: CreateLog = createMemoryLog): Promise<House> {
  const clock = { now: NOW_MILLIS };
  const recordLimit = name === 'all' ? { maxRecordBytes: maxPieceBytes + HEADER_ROOM_BYTES } : {};
  const log = createLog({ now: () => clock.now, ...recordLimit });
  for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal]);
  const receivers = await startReceivers({
    log,
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    maxRequestBytes: MAX_REQUEST_BYTES,
    maxInFlightBytes: 4 * MAX_REQUEST_BYTES,
    retentionDays: { traces: RETENTION_DAYS, metrics: RETENTION_DAYS, logs: RETENTION_DAYS },
    ...RULES[name],
    registry: new Registry(),
    logger: pino({ level: 'silent' }),
    heartbeatMillis: HOUR_MILLIS,
    now: () => clock.now,
  });
  return {
    ...receivers,
    policy: () => policyAt(name, clock.now),
    setTime: (millis) => {
      clock.now = millis;
    },
    collect: async (signal) => {
      const partition = { topic: TOPIC_OF_SIGNAL[signal], partition: 0 };
      const { records, next } = await log.read(partition, (await log.bounds(partition)).first);
      await log.truncate(partition, next);
      return records.map(({ value }) => value);
    },
    close: async () => {
      await receivers.close();
      await log.close();
    },
  };
}

/** The policy as payloads are judged by it, moved to another time. */
function policyAt(name: HousePolicy, now: number): RecordPolicy {
  const { clampMillis, ...limits } = POLICIES[name];
  return { ...limits, ...rangeAt(now), ...(clampMillis === undefined ? {} : { clampMillis: now }) };
}
