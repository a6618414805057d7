/** What the meters' transactions carry. */
import { describe, expect, test } from 'vitest';
import type { PartialSlice } from '../../engine/core/meter/counter.ts';
import { type Counted, sliAppends } from '../../engine/meter/sli-appends.ts';
import { TOPIC_SLI } from '../../schemas/names.ts';
import type { SliCountsRecord, SliRecord, SliWatermark } from '../../schemas/records-sli.ts';

function slice(number: number, good: number, total: number, ids: readonly string[] = []): PartialSlice {
  return { slice: number, good, total, late: 0, sampleTraceIds: ids };
}

function counted(source: string, partials: Counted['partials']): Counted {
  const watermark: SliWatermark = {
    signal: 'traces',
    source,
    identity: 'id',
    next: 7,
    headMillis: 1,
    dataMillis: 1,
    alive: [],
  };
  return { partials, watermark };
}

function decode(records: readonly { readonly value: Uint8Array }[]): readonly SliRecord[] {
  return records.map(({ value }) => JSON.parse(Buffer.from(value).toString()) as SliRecord);
}

const partitionOf = (slo: string): number => Number(slo.at(-1));

describe('sliAppends()', () => {
  test('sliAppends() puts counts into the partition of the SLO and the watermarks behind them, into every one', () => {
    const pieces = [
      counted('otlp_spans/0', [{ slo: 'slo-2', generation: 1, slices: [slice(5, 1, 2)] }]),
      counted('otlp_spans/1', []),
    ];
    const appends = sliAppends(pieces, { partitions: 4, partitionOf });
    expect(appends.map(({ topic, partition }) => [topic, partition])).toEqual(
      [0, 1, 2, 3].map((partition) => [TOPIC_SLI, partition]),
    );
    for (const { partition, records } of appends) {
      const kinds = decode(records).map(({ kind }) => kind);
      expect(kinds).toEqual(partition === 2 ? ['counts', 'watermarks'] : ['watermarks']);
      const last = decode(records).at(-1);
      expect(last).toMatchObject({ sources: [{ source: 'otlp_spans/0' }, { source: 'otlp_spans/1' }] });
    }
  });

  test('sliAppends() adds up what several sources counted of the same generation, slices in order', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const pieces = [
      counted('otlp_spans/0', [
        { slo: 'slo-0', generation: 1, slices: [slice(5, 1, 3, ids.slice(0, 2)), slice(9, 1, 1)] },
        { slo: 'slo-0', generation: 2, slices: [slice(5, 8, 8)] },
      ]),
      counted('otlp_spans/1', [
        { slo: 'slo-0', generation: 1, slices: [slice(4, 2, 2), slice(5, 10, 12, ids.slice(2))] },
      ]),
    ];
    const [append] = sliAppends(pieces, { partitions: 1, partitionOf });
    const records = decode(append?.records ?? []).filter(({ kind }) => kind === 'counts');
    expect(records).toEqual([
      {
        kind: 'counts',
        slo: 'slo-0',
        generation: 1,
        slices: [
          [4, 2, 2, 0],
          [5, 11, 15, 0, 'a', 'b', 'c'],
          [9, 1, 1, 0],
        ],
      },
      { kind: 'counts', slo: 'slo-0', generation: 2, slices: [[5, 8, 8, 0]] },
    ]);
  });

  test('sliAppends() splits the counts of long histories into records a log takes', () => {
    const slices = Array.from({ length: 100_000 }, (_, index) => slice(index, 1, 2, ['x'.repeat(32)]));
    const pieces = [counted('otlp_spans/0', [{ slo: 'slo-0', generation: 1, slices }])];
    const [append] = sliAppends(pieces, { partitions: 1, partitionOf });
    const records = append?.records ?? [];
    expect(Math.max(...records.map(({ value }) => value.length))).toBeLessThan(256 * 1024);
    const told = decode(records)
      .filter((record): record is SliCountsRecord => record.kind === 'counts')
      .flatMap((record) => record.slices.map(([number]) => number));
    expect(told).toEqual(slices.map((each) => each.slice));
  });
});
