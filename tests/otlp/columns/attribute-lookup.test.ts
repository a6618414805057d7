import { describe, expect, test } from 'vitest';
import { bytesField, message } from '../../../bench/payload/protobuf.ts';
import { AttributeLookup } from '../../../otlp/columns/attribute-lookup.ts';
import { decodeSpans } from '../../../otlp/columns/decode.ts';
import type { SpanBatch } from '../../../otlp/columns/types.ts';

function spansWith(...lists: readonly (readonly string[])[]): SpanBatch {
  const spans = lists.map((keys, row) =>
    message(
      ...keys.map((key, index) =>
        bytesField(9, message(bytesField(1, key), bytesField(2, bytesField(1, `${row}.${index}`)))),
      ),
    ),
  );
  const bytes = bytesField(1, bytesField(2, message(...spans.map((span) => bytesField(2, span)))));
  return decodeSpans([{ bytes, offset: 0, appendedMillis: 1, tenant: '' }]);
}

function found(batch: SpanBatch, key: string): (string | null)[] {
  const lookup = new AttributeLookup(batch.attributes, key);
  return Array.from({ length: batch.count }, (_, row) => {
    const entry = lookup.entry(row);
    const { starts, ends } = batch.attributes.values;
    return entry === -1 ? null : Buffer.from(batch.source.subarray(starts[entry], ends[entry])).toString();
  });
}

describe('AttributeLookup', () => {
  const batch = spansWith(['a', 'b'], [], ['b', 'a'], ['a', 'b'], ['c'], ['b', 'b'], ['']);

  test('AttributeLookup finds the entry in every row that has the key', () => {
    expect(found(batch, 'a')).toEqual(['0.0', null, '2.1', '3.0', null, null, null]);
  });

  test('AttributeLookup takes the first of equal keys', () => {
    expect(found(batch, 'b')).toEqual(['0.1', null, '2.0', '3.1', null, '5.0', null]);
  });

  test('AttributeLookup finds the empty key', () => {
    expect(found(batch, '')).toEqual([null, null, null, null, null, null, '6.0']);
  });

  test('AttributeLookup finds nothing for a key no row has', () => {
    expect(found(batch, 'd')).toEqual([null, null, null, null, null, null, null]);
  });
});
