import { describe, expect, test } from 'vitest';
import type { RowPolicy } from '../../../ingest/writer/blocks.ts';
import { createOtlpMapping } from '../../../ingest/writer/otlp-mapping.ts';
import type { EncodedRequest } from '../../../otlp/columns/types.ts';
import type { Signal } from '../../../schemas/names.ts';
import * as by from '../../otlp/support/encode.ts';
import {
  attribute,
  NOW_MILLIS,
  NOW_NANOS,
  SPAN_ID,
  stringValue,
  TRACE_ID,
} from '../../otlp/support/payloads.ts';
import { blockRows } from './block-rows.ts';

const DAY = 86_400;
const DAY_NANOS = 86_400_000_000_000n;
const POLICY: RowPolicy = { retentionSeconds: { traces: 14 * DAY, logs: 14 * DAY, metrics: 14 * DAY } };

function request(bytes: Uint8Array, offset: number, tenant = ''): EncodedRequest {
  return { bytes, offset, appendedMillis: NOW_MILLIS, tenant };
}

/** A trace request with a span per name, at so many days from now, over two resources. */
function spans(...named: readonly (readonly [name: string, daysAgo: bigint])[]): Uint8Array {
  const resources = [
    named.filter((_, index) => index % 2 === 0),
    named.filter((_, index) => index % 2 === 1),
  ];
  return Buffer.concat(
    resources.map((of, index) =>
      by.message(
        1,
        by.message(1, attribute(1, 'service.name', stringValue(`service ${index}`))),
        by.message(
          2,
          by.message(1, by.text(1, 'scope')),
          ...of.map(([name, daysAgo]) =>
            by.message(
              2,
              by.bytes(1, TRACE_ID),
              by.bytes(2, SPAN_ID),
              by.text(5, name),
              by.fixed64(7, NOW_NANOS - daysAgo * DAY_NANOS),
              by.fixed64(8, NOW_NANOS - daysAgo * DAY_NANOS),
            ),
          ),
        ),
      ),
    ),
  );
}

/** A metric request with a gauge and a sum, each with a point per age in days. */
function points(...daysAgo: readonly bigint[]): Uint8Array {
  const data = daysAgo.map((days) =>
    by.message(1, by.fixed64(3, NOW_NANOS - days * DAY_NANOS), by.double(4, Number(days))),
  );
  const metric = (name: string, kind: number) =>
    by.message(2, by.text(1, name), by.message(kind, ...data, by.number(2, 1)));
  return by.message(1, by.message(2, metric('g', 5), metric('s', 7), metric('t', 7)));
}

/** Rows a request becomes when everything is taken. */
function everything(signal: Signal, bytes: Uint8Array): object[] {
  const policy = { retentionSeconds: { traces: 1e12, logs: 1e12, metrics: 1e12 }, maxAheadSeconds: 1e12 };
  return createOtlpMapping()
    .map(signal, [request(bytes, 0)], policy)
    .blocks.flatMap(blockRows);
}

describe('createOtlpMapping()', () => {
  test('makes a letter of what cannot be decoded, as it was, in protobuf and in JSON', () => {
    const bad = [Buffer.from('neither'), Buffer.from('{"resourceSpans":3}')];
    const mapping = createOtlpMapping();
    const mapped = mapping.map(
      'traces',
      [request(spans(['a', 0n]), 3), request(bad[0] as Buffer, 4, 'blue'), request(bad[1] as Buffer, 6)],
      POLICY,
    );
    expect(mapped.taken).toBe(3);
    expect(mapped.blocks.map(({ rows }) => rows)).toEqual([1]);
    expect(mapped.letters).toMatchObject([
      {
        offset: 4,
        reason: 'undecodable',
        tenant: 'blue',
        rows: 0,
        bytes: bad[0],
        appendedMillis: NOW_MILLIS,
      },
      { offset: 6, reason: 'undecodable', tenant: '', rows: 0, bytes: bad[1] },
    ]);
    expect(mapped.letters.every(({ detail }) => detail !== '')).toBe(true);
  });

  test('makes letters of the rows out of time, with just these rows, one per request and reason', () => {
    const bytes = spans(
      ['now', 0n],
      ['old', 15n],
      ['ahead', -2n],
      ['older', 400n],
      ['yesterday', 1n],
      ['far', -3n],
    );
    const { blocks, letters } = createOtlpMapping().map(
      'traces',
      [request(spans(['x', 0n]), 0), request(bytes, 1, 'blue'), request(spans(['old too', 15n]), 2)],
      POLICY,
    );
    expect(blocks.flatMap(blockRows).map((row) => row['SpanName'])).toEqual(['yesterday', 'x', 'now']);
    expect(letters.map(({ offset, reason, rows, tenant }) => [offset, reason, rows, tenant])).toEqual([
      [1, 'too-old', 2, 'blue'],
      [1, 'too-far-ahead', 2, 'blue'],
      [2, 'too-old', 1, ''],
    ]);
    const [old, ahead] = letters.map((letter) =>
      everything('traces', letter.bytes).map((row) => [
        (row as { SpanName: string }).SpanName,
        (row as { ServiceName: string }).ServiceName,
      ]),
    );
    expect(old).toEqual([
      ['older', 'service 1'],
      ['old', 'service 1'],
    ]);
    expect(ahead).toEqual([
      ['ahead', 'service 0'],
      ['far', 'service 1'],
    ]);
    expect(letters[0]?.detail).toBe(
      '2 rows older than the retention of 14 d when appended; the oldest: 2025-04-27T12:00:00.000Z',
    );
    expect(letters[1]?.detail).toContain('2 rows more than 24 h ahead when appended; the latest: 2026-06-04');
  });

  test('picks the refused points of each kind and metric', () => {
    const { blocks, letters } = createOtlpMapping().map('metrics', [request(points(0n, 20n, 1n), 0)], POLICY);
    expect(blocks.reduce((sum, { rows }) => sum + rows, 0)).toBe(6);
    expect(letters).toMatchObject([{ reason: 'too-old', rows: 3 }]);
    const refused = everything('metrics', letters[0]?.bytes as Uint8Array) as {
      MetricName: string;
      Value: number;
    }[];
    expect(refused.map(({ MetricName, Value }) => [MetricName, Value])).toEqual([
      ['g', 20],
      ['s', 20],
      ['t', 20],
    ]);
  });

  test('makes letters in protobuf of refused rows that came in JSON', () => {
    const span = (name: string, at: bigint) => ({
      name,
      startTimeUnixNano: String(at),
      endTimeUnixNano: String(at),
    });
    const json = Buffer.from(
      JSON.stringify({
        resourceSpans: [
          { scopeSpans: [{ spans: [span('now', NOW_NANOS), span('old', NOW_NANOS - 15n * DAY_NANOS)] }] },
        ],
      }),
    );
    const { letters } = createOtlpMapping().map('traces', [request(json, 0)], POLICY);
    expect(everything('traces', letters[0]?.bytes as Uint8Array)).toMatchObject([{ SpanName: 'old' }]);
  });

  test('a refused row and a stored one are never the same: together they are the request', () => {
    const ages = [0n, 3n, 13n, 14n, 15n, 16n, -1n, -2n, 200n];
    const bytes = spans(...ages.map((age, index) => [`s${index}`, age] as const));
    const { blocks, letters } = createOtlpMapping().map('traces', [request(bytes, 0)], POLICY);
    const namesOf = (rows: readonly object[]) => rows.map((row) => (row as { SpanName: string }).SpanName);
    const all = [
      ...namesOf(blocks.flatMap(blockRows)),
      ...letters.flatMap((letter) => namesOf(everything('traces', letter.bytes))),
    ];
    expect(all.sort()).toEqual(ages.map((_, index) => `s${index}`).sort());
  });

  test('gives the same blocks and letters for the same requests again', () => {
    const requests = [request(spans(['a', 0n], ['b', 20n], ['c', 5n]), 0), request(Buffer.from('{'), 1)];
    const mapping = createOtlpMapping();
    const once = JSON.stringify(mapping.map('traces', requests, POLICY));
    mapping.map('traces', [request(spans(['other', 0n]), 9)], POLICY);
    expect(JSON.stringify(mapping.map('traces', requests, POLICY))).toBe(once);
  });

  test('keeps no whole chunk for each of hundreds of days', () => {
    const bytes = spans(...Array.from({ length: 400 }, (_, day) => [`s${day}`, BigInt(day)] as const));
    const { blocks } = createOtlpMapping().map('traces', [request(bytes, 0)], {
      retentionSeconds: { ...POLICY.retentionSeconds, traces: 401 * DAY },
    });
    expect(blocks).toHaveLength(400);
    const held = blocks
      .flatMap(({ chunks }) => chunks)
      .reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    expect(held).toBeLessThan(400 * 4096);
  });
});

describe('createOtlpMapping() with requests whose rows are many times their size', () => {
  const LONG = 'x'.repeat(10_000);
  /** About 10 kB of row each. */
  const amplified = (records: number) =>
    by.message(
      1,
      by.message(1, attribute(1, 'k', stringValue(LONG))),
      by.message(2, ...Array.from({ length: records }, () => by.message(2, by.fixed64(1, NOW_NANOS)))),
    );

  test('takes as many requests as the limit lets in, and at least one', () => {
    const requests = [50, 50, 50, 500, 50].map((records, offset) => request(amplified(records), offset));
    const mapping = createOtlpMapping();
    const taken: number[] = [];
    for (let from = 0; from < requests.length; from += taken.at(-1) as number) {
      const mapped = mapping.map('logs', requests.slice(from), POLICY, { maxRowBytes: 1_200_000 });
      taken.push(mapped.taken);
      const rows = mapped.blocks.reduce((sum, block) => sum + block.rows, 0);
      expect(rows).toBe(taken.at(-1) === 2 ? 100 : from === 3 ? 500 : 50);
    }
    expect(taken).toEqual([2, 1, 1, 1]);
  });

  test('puts a request aside that would be too large alone, and stores the others', () => {
    const requests = [50, 5000, 50].map((records, offset) => request(amplified(records), offset));
    const { taken, blocks, letters } = createOtlpMapping().map('logs', requests, {
      ...POLICY,
      maxRequestRowBytes: 20 * 2 ** 20,
    });
    expect(taken).toBe(3);
    expect(blocks.map(({ rows }) => rows)).toEqual([100]);
    expect(letters).toMatchObject([
      { offset: 1, reason: 'too-large', rows: 5000, bytes: requests[1]?.bytes },
    ]);
    expect(letters[0]?.detail).toContain('49 MiB; at most 20 MiB');
  });
});
