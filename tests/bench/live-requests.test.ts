import { describe, expect, test } from 'vitest';
import { generatePayload } from '../../bench/payload/generate.ts';
import { liveRequests } from '../../bench/payload/live-requests.ts';
import { requestKey } from '../../bench/payload/numbered-requests.ts';
import { decodeSpans } from '../../otlp/columns/decode.ts';
import { idText } from '../../otlp/columns/identifiers.ts';
import { SIGNALS } from '../../schemas/names.ts';

const AT_MILLIS = 1_790_000_000_123;
const decoded = (bytes: Uint8Array) => decodeSpans([{ bytes, offset: 0, appendedMillis: 0, tenant: '' }]);

describe('liveRequests()', () => {
  test.each(SIGNALS)(
    'gives requests of %s that differ, also those of one millisecond and template',
    (signal) => {
      const encode = liveRequests(signal, 50);
      const all = Array.from({ length: 40 }, (_, number) =>
        Buffer.from(encode(number, AT_MILLIS)).toString('hex'),
      );
      expect(new Set(all).size).toBe(40);
    },
  );

  test('begins trace ids with the request’s number, starts spans just before they are sent, keeps durations', () => {
    const batch = decoded(liveRequests('traces', 50)(8, AT_MILLIS));
    const template = decoded(generatePayload('traces', { requests: 1, records: 50 })[0] as Uint8Array);
    for (let row = 0; row < 50; row++) {
      expect(idText(batch.traceId, row).slice(0, 16)).toBe(requestKey(8));
      const millisBefore = AT_MILLIS - Number(batch.startNanos[row] as bigint) / 1e6;
      expect(millisBefore).toBeGreaterThan(0);
      expect(millisBefore).toBeLessThan(61);
      const duration = (of: typeof batch) => (of.endNanos[row] as bigint) - (of.startNanos[row] as bigint);
      expect(duration(batch)).toBe(duration(template));
    }
  });
});
