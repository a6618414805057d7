/** Small requests whose rows would be huge, since tables repeat resource, scope and metric in every row. */
import { describe, expect, test } from 'vitest';
import { validateRequest } from '../../otlp/validate/validate-request.ts';
import type { Signal } from '../../schemas/names.ts';
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
