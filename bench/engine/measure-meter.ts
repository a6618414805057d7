/** Spans through the meter: counting by itself, with decoding, and as the role does it. */

import type { CounterIndex } from '../../engine/core/meter/counter-index.ts';
import { meterBatch } from '../../engine/core/meter/meter-batch.ts';
import type { Engine } from '../../engine/engine.ts';
import type { DurableLog } from '../../log/types.ts';
import { createDecoder } from '../../otlp/columns/decode.ts';
import type { EncodedRequest } from '../../otlp/columns/types.ts';
import { TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { costOf } from './costs.ts';
import type { MeterRates } from './messages.ts';
import { SPANS_PER_REQUEST, SpanRequests } from './span-requests.ts';

export interface MeasureMeterOptions {
  readonly engine: Engine;
  readonly log: DurableLog;
  readonly index: CounterIndex;
  readonly services: number;
  readonly servicesPerRequest: number;
  readonly nowMillis: number;
}

/** As many as the meter reads at once: 16 MiB. */
const REQUESTS_PER_READ = 34;
/** Reads that differ, and how often each is counted. */
const READS = 3;
const ROUNDS = 6;
const LATENESS_MILLIS = 600_000;

export async function measureMeter(options: MeasureMeterOptions): Promise<MeterRates> {
  const { services, servicesPerRequest, nowMillis } = options;
  const requests = new SpanRequests({ services, servicesPerRequest, fromMillis: nowMillis - 10_000 });
  const reads = Array.from({ length: READS }, () => encodedRead(requests, nowMillis));
  const { decodeSeconds, countSeconds } = await measureCounting(reads, options);
  const stepSeconds = await measureSteps(reads, options);
  const spans = READS * ROUNDS * REQUESTS_PER_READ * SPANS_PER_REQUEST;
  return {
    servicesPerRequest,
    count: spans / countSeconds,
    decodeAndCount: spans / (decodeSeconds + countSeconds),
    step: spans / ROUNDS / stepSeconds,
  };
}

function encodedRead(requests: SpanRequests, appendedMillis: number): readonly EncodedRequest[] {
  return Array.from({ length: REQUESTS_PER_READ }, (_, offset) => {
    return { offset, appendedMillis, tenant: '', bytes: requests.next() };
  });
}

async function measureCounting(
  reads: readonly (readonly EncodedRequest[])[],
  { index }: MeasureMeterOptions,
): Promise<{ readonly decodeSeconds: number; readonly countSeconds: number }> {
  const decoder = createDecoder('traces');
  let [decodeSeconds, countSeconds] = [0, 0];
  // The first round is for the compiler.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const read of reads) {
      const records = read.map((request) => ({ ...request, heartbeat: false }));
      let batch = decoder.decode([]);
      const decoding = await costOf(() => {
        batch = decoder.decode(read);
      });
      const counting = await costOf(() =>
        meterBatch({ records, batch, counters: index, latenessMillis: LATENESS_MILLIS, state: {} }),
      );
      if (round === 0) continue;
      decodeSeconds += decoding.cpuSeconds;
      countSeconds += counting.cpuSeconds;
    }
  }
  return { decodeSeconds, countSeconds };
}

async function measureSteps(
  reads: readonly (readonly EncodedRequest[])[],
  { engine, log }: MeasureMeterOptions,
): Promise<number> {
  let seconds = 0;
  let isWarm = false;
  for (const read of [...reads.slice(-1), ...reads]) {
    await log.append(
      TOPIC_OF_SIGNAL.traces,
      read.map(({ bytes: value }) => ({ value })),
      0,
    );
    const { cpuSeconds } = await costOf(async () => {
      while ((await engine.meter()).records > 0);
    });
    // The first step reads all conditions, which is measured by itself.
    if (isWarm) seconds += cpuSeconds;
    isWarm = true;
  }
  return seconds;
}
