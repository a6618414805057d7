import { describe, expect, test } from 'vitest';
import { generatePayload } from '../../../bench/payload/generate.ts';
import { bytesField, fixed64Field, message, varintField } from '../../../bench/payload/protobuf.ts';
import { decode } from '../../../otlp/columns/decode.ts';
import { idText } from '../../../otlp/columns/identifiers.ts';
import { type RecordRange, recordRanges } from '../../../otlp/columns/record-ranges.ts';
import { METRIC_KIND } from '../../../otlp/columns/types.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import { METRICS, metricsRequest } from './metric-messages.ts';

function allOf(signal: Signal, bytes: Uint8Array): readonly RecordRange[] {
  return recordRanges(signal, bytes).flatMap(({ records }) => records);
}

describe('recordRanges()', () => {
  test.each(SIGNALS)('has a range for each row of %s, in the order of the rows', (signal) => {
    const [bytes] = generatePayload(signal, { requests: 1, records: 50 });
    const request = bytes as Uint8Array;
    const batch = decode(signal, [{ bytes: request, offset: 0, appendedMillis: 0, tenant: '' }]);
    const ranges = allOf(signal, request);
    expect(recordRanges(signal, request)).toHaveLength(batch.resources.count);
    expect(ranges).toHaveLength(batch.count);
    if (batch.signal === 'metrics') return;
    const ids = batch.signal === 'traces' ? batch.spanId : batch.traceId;
    for (const [row, { start, end, kind }] of ranges.entries()) {
      expect(kind).toBe(0);
      expect(Buffer.from(request.subarray(start, end)).toString('hex')).toContain(idText(ids, row));
    }
  });

  test('numbers the points of each kind by themselves, whichever metric they are in', () => {
    const bytes = metricsRequest([...METRICS, ...METRICS]);
    const batch = decode('metrics', [{ bytes, offset: 0, appendedMillis: 0, tenant: '' }]);
    if (batch.signal !== 'metrics') throw new Error('not metrics');
    const counts = Map.groupBy(allOf('metrics', bytes), ({ kind }) => kind);
    for (const [name, kind] of Object.entries(METRIC_KIND))
      expect(counts.get(kind)?.length).toBe(batch[name as keyof typeof METRIC_KIND].count);
  });

  test('takes a range from its tag to its end, with whatever stands between records left out', () => {
    const span = (nanos: bigint) => message(fixed64Field(7, nanos));
    const scope = message(
      bytesField(2, span(1n)),
      bytesField(3, 'url'),
      bytesField(2, span(2n)),
      varintField(99, 5),
    );
    const bytes = bytesField(1, message(bytesField(3, 'url'), bytesField(2, scope)));
    const pieces = allOf('traces', bytes).map(({ start, end }) => Buffer.from(bytes.subarray(start, end)));
    expect(pieces).toEqual([Buffer.from(bytesField(2, span(1n))), Buffer.from(bytesField(2, span(2n)))]);
  });
});
