import { describe, expect, test } from 'vitest';
import { generatePayload } from '../../../bench/payload/generate.ts';
import { createDecoder, decode } from '../../../otlp/columns/decode.ts';
import { protobufOf } from '../../../otlp/columns/encoding.ts';
import type { EncodedRequest } from '../../../otlp/columns/types.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';

const JSON_REQUESTS: Readonly<Record<Signal, string>> = {
  traces: JSON.stringify({
    resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'first' }, { name: 'second' }] }] }],
  }),
  logs: JSON.stringify({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName: 'first' }, { eventName: 'second' }] }] }],
  }),
  metrics: JSON.stringify({
    resourceMetrics: [
      {
        scopeMetrics: [
          { metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: '1' }, { asDouble: 2.5 }] } }] },
        ],
      },
    ],
  }),
};

function request(bytes: Uint8Array, offset: number): EncodedRequest {
  return { bytes, offset, appendedMillis: 7, tenant: 'acme' };
}

describe('decode() of requests in JSON', () => {
  test.each(SIGNALS)('decode() reads %s in JSON among others in protobuf', (signal) => {
    const [protobuf] = generatePayload(signal, { requests: 1, records: 5 });
    const json = Buffer.from(JSON_REQUESTS[signal]);
    const mixed = decode(signal, [
      request(protobuf as Uint8Array, 0),
      request(json, 1),
      request(protobuf as Uint8Array, 2),
    ]);
    expect(mixed.undecodable).toEqual([]);
    expect(mixed.count).toBe(12);
    const alone = decode(signal, [request(json, 1)]);
    expect(alone.count).toBe(2);
    if (alone.signal === 'traces')
      expect([0, 1].map((row) => alone.name.dictionary.text(alone.name.ids[row] as number))).toEqual([
        'first',
        'second',
      ]);
    if (alone.signal === 'metrics') expect([...alone.gauge.value.subarray(0, 2)]).toEqual([1, 2.5]);
  });

  test('decode() names JSON that is no request, says where, and goes on', () => {
    const decoder = createDecoder('traces');
    const good = Buffer.from(JSON_REQUESTS.traces);
    const batch = decoder.decode([
      request(good, 0),
      request(Buffer.from('{"resourceSpans":[{"scopeSpans":7}]}'), 1),
      request(Buffer.from('{'), 2),
      request(Buffer.from([0x7b, 0xff]), 3),
      request(good, 4),
    ]);
    expect(batch.count).toBe(4);
    expect(batch.undecodable.map(({ offset, tenant }) => [offset, tenant])).toEqual([
      [1, 'acme'],
      [2, 'acme'],
      [3, 'acme'],
    ]);
    expect(batch.undecodable[0]?.reason).toContain('$.resourceSpans[0].scopeSpans at byte');
  });
});

test('protobufOf() leaves protobuf as it is', () => {
  const [bytes] = generatePayload('traces', { requests: 1, records: 1 });
  expect(protobufOf('traces', bytes as Uint8Array)).toBe(bytes);
  const empty = new Uint8Array(0);
  expect(protobufOf('logs', empty)).toBe(empty);
});
