import { describe, expect, test } from 'vitest';
import { generatePayload } from '../../../bench/payload/generate.ts';
import { encodeBlocks } from '../../../ingest/writer/blocks.ts';
import { requestRows } from '../../../ingest/writer/mapping/request-rows.ts';
import { decode } from '../../../otlp/columns/decode.ts';
import { validateRequest } from '../../../otlp/validate/validate-request.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import * as by from '../../otlp/support/encode.ts';
import { attribute, NOW_NANOS, stringValue } from '../../otlp/support/payloads.ts';

const EVER = { earliestMillis: 0, latestMillis: 1e15 };
const POLICY = { retentionSeconds: { traces: 1e12, logs: 1e12, metrics: 1e12 }, maxAheadSeconds: 1e12 };

function rowsOf(signal: Signal, requests: readonly Uint8Array[]) {
  const batch = decode(
    signal,
    requests.map((bytes, offset) => ({ bytes, offset, appendedMillis: 0, tenant: '' })),
  );
  const { rows, bytes } = requestRows(
    batch,
    requests.map(({ length }) => length),
  );
  return { rows: [...rows], bytes: [...bytes], batch };
}

describe('requestRows()', () => {
  test.each(SIGNALS)('counts the rows of each request of %s, and about their bytes', (signal) => {
    const requests = generatePayload(signal, { requests: 3, records: 200 });
    const { rows, bytes, batch } = rowsOf(signal, requests);
    expect(rows).toEqual([200, 200, 200]);
    const blockBytes = encodeBlocks(batch, POLICY)
      .blocks.flatMap(({ chunks }) => chunks)
      .reduce((sum, { length }) => sum + length, 0);
    const estimated = bytes.reduce((sum, each) => sum + each, 0);
    expect(estimated).toBeGreaterThan(blockBytes);
    expect(estimated).toBeLessThan(blockBytes * 5);
  });

  test('says hardly more than the door, so what was let in is stored', () => {
    const name = 'x'.repeat(50_000);
    const points = Buffer.concat(
      Array.from({ length: 500 }, () => by.bytes(1, by.concat(by.fixed64(3, NOW_NANOS), by.double(4, 1)))),
    );
    const requests: readonly (readonly [Signal, Uint8Array])[] = [
      ...SIGNALS.flatMap((signal) =>
        generatePayload(signal, { requests: 2, records: 100 }).map((bytes) => [signal, bytes] as const),
      ),
      [
        'logs',
        by.message(
          1,
          by.message(1, attribute(1, 'k', stringValue(name))),
          by.bytes(2, Buffer.alloc(400).fill(by.bytes(2, Buffer.alloc(0)))),
        ),
      ],
      ['metrics', by.message(1, by.message(2, by.message(2, by.text(2, name), by.message(5, points))))],
    ];
    for (const [signal, bytes] of requests) {
      const { storedBytes } = validateRequest(signal, bytes, EVER);
      const [estimate] = rowsOf(signal, [bytes]).bytes;
      expect(estimate).toBeLessThanOrEqual(storedBytes + bytes.length);
      expect(estimate).toBeGreaterThan(storedBytes / 3);
    }
  });
});
