/** Small requests whose rows would be huge, since tables repeat resource, scope and metric in every row. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { collectBatch } from '../../ingest/writer/collect-batch.ts';
import { DEFAULT_BATCH_LIMITS } from '../../ingest/writer/types.ts';
import { MemoryLog } from '../../log/memory/memory-log.ts';
import { validateRequest } from '../../otlp/validate/validate-request.ts';
import { HEADER_STORED_BYTES, type Signal } from '../../schemas/names.ts';
import { callExport, grpcClient } from '../ingest/receiver/support/grpc.ts';
import { send } from '../ingest/receiver/support/http.ts';
import { start } from '../ingest/receiver/support/start.ts';
import * as by from '../otlp/support/encode.ts';
import { attribute, NOW_NANOS, RANGE, stringValue } from '../otlp/support/payloads.ts';

const LONG = 'x'.repeat(100_000);
const EMPTY_RECORDS = Buffer.alloc(40_000).map((_, at) => (at % 2 === 0 ? 0x12 : 0));
const POINT = by.concat(by.fixed64(3, NOW_NANOS), by.double(4, 1));
const POINTS = Buffer.concat(Array.from({ length: 7000 }, () => by.bytes(1, POINT)));

/** Each below 256 KiB, each above 600 MB as rows. */
const AMPLIFIED: readonly { readonly name: string; readonly signal: Signal; readonly body: Buffer }[] = [
  {
    name: 'a long resource attribute',
    signal: 'logs',
    body: by.message(1, by.message(1, attribute(1, 'k', stringValue(LONG))), by.bytes(2, EMPTY_RECORDS)),
  },
  {
    name: 'a long scope name after its records',
    signal: 'logs',
    body: by.message(1, by.message(2, EMPTY_RECORDS, by.message(1, by.text(1, LONG)))),
  },
  {
    name: 'many resource attributes',
    signal: 'logs',
    body: by.message(
      1,
      by.bytes(
        1,
        Buffer.alloc(60_000).map((_, at) => (at % 2 === 0 ? 0x0a : 0)),
      ),
      by.bytes(2, EMPTY_RECORDS),
    ),
  },
  {
    name: 'a long metric description',
    signal: 'metrics',
    body: by.message(1, by.message(2, by.message(2, by.text(2, LONG), by.message(5, POINTS)))),
  },
];

describe('a request whose rows would be huge', () => {
  test.each(AMPLIFIED)('is refused for good, and not stored: $name', async ({ signal, body }) => {
    const receivers = await start();
    const answer = await send(receivers.http(`/v1/${signal}`), body);
    expect(answer.status).toBe(413);
    expect(answer.body.toString()).toContain('send fewer records at a time');
    const call = await callExport(grpcClient(receivers.grpcPort), signal, body);
    expect(call.code).toBe(8);
    expect(call.details).toBeUndefined();
    expect(await receivers.stored(signal)).toHaveLength(0);
  });

  test('counts what is repeated once per record, and each record once', () => {
    const sizeOf = (records: number, attributeLength: number) =>
      validateRequest(
        'logs',
        by.message(
          1,
          by.message(1, attribute(1, 'k', stringValue('x'.repeat(attributeLength)))),
          by.bytes(2, EMPTY_RECORDS.subarray(0, records * 2)),
        ),
        RANGE,
      ).storedBytes;
    expect(sizeOf(100, 1100) - sizeOf(100, 1000)).toBe(100 * 100);
    expect(sizeOf(20_000, 1000) / sizeOf(10_000, 1000)).toBeCloseTo(2, 2);
  });
});

describe('collectBatch() of requests with large rows', () => {
  const TOPIC = 'otlp_logs';

  async function batches(sizes: readonly (number | undefined)[]): Promise<number[]> {
    const log = new MemoryLog();
    onTestFinished(() => log.close());
    await log.ensureTopic(TOPIC);
    for (const size of sizes)
      await log.append(TOPIC, [
        {
          headers: size === undefined ? {} : { [HEADER_STORED_BYTES]: String(size) },
          value: Buffer.from('ab'),
        },
      ]);
    const limits = { ...DEFAULT_BATCH_LIMITS, maxStoredBytes: 1000, maxWaitMillis: 1 };
    const found: number[] = [];
    for (let position = 0; position < sizes.length; ) {
      const from = { topic: TOPIC, partition: 0 };
      const { signal } = new AbortController();
      const batch = await collectBatch({ log, from, position, signal }, limits);
      if (batch === undefined) throw new Error('no batch');
      expect(batch.records).toHaveLength(batch.last - batch.first + 1);
      found.push(batch.records.length);
      position = batch.last + 1;
    }
    return found;
  }

  test('ends a batch before the request that would make its rows too many', async () => {
    expect(await batches([600, 400, 1, undefined, 990])).toEqual([2, 2, 1]);
  });

  test('gives a request beyond the limit a batch of its own', async () => {
    expect(await batches([5000, 10, 5000, 5000])).toEqual([1, 1, 1, 1]);
  });

  test('takes ordinary requests together', async () => {
    expect(await batches([undefined, undefined, undefined])).toEqual([3]);
  });
});
