import { describe, expect, test } from 'vitest';
import { benchDecodeEncode } from '../../bench/decode-encode.ts';
import { BASE_NANOS } from '../../bench/payload/common.ts';
import { generatePayload } from '../../bench/payload/generate.ts';
import { decodeSpans } from '../../otlp/columns/decode.ts';
import { idText } from '../../otlp/columns/identifiers.ts';
import { SIGNALS } from '../../schemas/names.ts';

describe('generatePayload()', () => {
  test('generatePayload() gives the same bytes for the same options, and others for another seed', () => {
    for (const signal of SIGNALS) {
      const [first, again, other] = [1, 1, 2].map((seed) =>
        Buffer.concat(generatePayload(signal, { requests: 2, records: 100, seed })),
      );
      expect(first?.equals(again as Buffer)).toBe(true);
      expect(first?.equals(other as Buffer)).toBe(false);
    }
  });

  test('generatePayload() gives spans of ten attributes and about 470 bytes in traces of ten', () => {
    const payload = generatePayload('traces', { requests: 2 });
    const batch = decodeSpans(
      payload.map((bytes, offset) => ({ bytes, offset, appendedMillis: 0, tenant: '' })),
    );
    expect([batch.count, batch.resources.count, batch.undecodable.length]).toEqual([2000, 10, 0]);
    expect(batch.attributes.offsets[batch.count]).toBe(20_000);
    const bytes = payload.reduce((sum, request) => sum + request.length, 0) / batch.count;
    expect(bytes).toBeGreaterThan(455);
    expect(bytes).toBeLessThan(485);
    const traces = new Map<string, number>();
    for (let row = 0; row < batch.count; row++) {
      const id = idText(batch.traceId, row);
      traces.set(id, (traces.get(id) ?? 0) + 1);
    }
    expect(new Set(traces.values())).toEqual(new Set([10]));
  });

  test('generatePayload() puts its spans into the seconds after its base', () => {
    for (const baseNanos of [BASE_NANOS, 1_700_000_000_000_000_000n]) {
      const [bytes] = generatePayload('traces', { requests: 1, baseNanos });
      const batch = decodeSpans([{ bytes: bytes as Uint8Array, offset: 0, appendedMillis: 0, tenant: '' }]);
      const starts = [...batch.startNanos.subarray(0, batch.count)];
      expect(starts.every((start) => start >= baseNanos && start < baseNanos + 5_000_000_000n)).toBe(true);
    }
  });
});

describe('benchDecodeEncode()', () => {
  test('benchDecodeEncode() measures every signal', () => {
    const results = benchDecodeEncode({ records: 1000, requestsPerBatch: 1 });
    expect(results.map(({ signal, records }) => [signal, records])).toEqual(
      SIGNALS.map((signal) => [signal, 1000]),
    );
    for (const result of results) expect(result.nativeBytesPerRecord).toBeGreaterThan(100);
  });
});
