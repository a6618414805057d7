import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generatePayload } from '../../../bench/payload/generate.ts';
import { encodeBlocks, type RowPolicy, type TableBlock } from '../../../ingest/writer/blocks.ts';
import { createDecoder, decode, decodeLogs, decodeSpans } from '../../../otlp/columns/decode.ts';
import type { EncodedRequest } from '../../../otlp/columns/types.ts';
import { SIGNALS, TABLES } from '../../../schemas/names.ts';
import { LOG_COLUMNS, SPAN_COLUMNS } from '../../../schemas/tables.ts';
import { ChunkPool } from '../../../store/native/chunk-pool.ts';
import { groups, log, span } from '../../otlp/columns/arbitraries.ts';
import {
  encodeLog,
  encodeRequest,
  encodeSpan,
  type ModelAttributes,
  type ModelGroup,
  type ModelLog,
  type ModelSpan,
} from '../../otlp/columns/model.ts';
import { describeNative } from '../../store/native/read-native.ts';
import { blockRows } from './block-rows.ts';
import { expectedLogs, expectedSpans } from './expected.ts';

const DAY = 86_400_000_000_000n;
const NOON = 20_000n * DAY + DAY / 2n;
const APPENDED = Number(NOON / 1_000_000n);
const WEEK_SECONDS = 7 * 86_400;
const POLICY: RowPolicy = {
  retentionSeconds: { traces: WEEK_SECONDS, logs: WEEK_SECONDS, metrics: WEEK_SECONDS },
};
/** Any time of day of noon's day. */
const time = fc.bigInt({ min: 20_000n * DAY, max: 20_001n * DAY - 1n });

const SPAN: ModelSpan = {
  traceId: '',
  spanId: '',
  parentSpanId: '',
  traceState: '',
  name: '',
  kind: 0,
  start: NOON,
  end: NOON,
  flags: 0,
  statusCode: 0,
  statusMessage: '',
  attributes: [],
  events: [],
  links: [],
};
const LOG: ModelLog = {
  time: NOON,
  observed: 0n,
  severityNumber: 0,
  severityText: '',
  body: { kind: 'empty' },
  attributes: [],
  flags: 0,
  traceId: '',
  spanId: '',
  eventName: '',
};

function groupOf<Item>(records: readonly Item[], resource: ModelAttributes = []): ModelGroup<Item> {
  return {
    resource,
    resourceSchemaUrl: '',
    scopeName: '',
    scopeVersion: '',
    scopeAttributes: [],
    scopeSchemaUrl: '',
    records,
  };
}

function request(bytes: Uint8Array, offset = 0, tenant = 'acme'): EncodedRequest {
  return { bytes, offset, appendedMillis: APPENDED, tenant };
}

function spanBlocks(spans: readonly ModelSpan[]): ReturnType<typeof encodeBlocks> {
  return encodeBlocks(decodeSpans([request(encodeRequest([groupOf(spans)], encodeSpan))]), POLICY);
}

function rowsOf(blocks: readonly TableBlock[]): object[] {
  return blocks.flatMap((block) => {
    const rows = blockRows(block);
    expect(rows).toHaveLength(block.rows);
    return rows;
  });
}

function text(value: string): { readonly kind: 'string'; readonly value: string } {
  return { kind: 'string', value };
}

describe('encodeBlocks()', () => {
  test('encodeBlocks() writes any spans as ClickHouse reads them', () => {
    const timed = fc.tuple(span, time).map(([each, start]) => ({ ...each, start }));
    fc.assert(
      fc.property(fc.array(groups(timed), { maxLength: 3 }), (requests) => {
        const encoded = requests.map((model, index) =>
          request(encodeRequest(model, encodeSpan), index, `t${index}`),
        );
        const { blocks } = encodeBlocks(decodeSpans(encoded), POLICY);
        expect(rowsOf(blocks)).toEqual(requests.flatMap((model, index) => expectedSpans(model, `t${index}`)));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test('encodeBlocks() writes any log records as ClickHouse reads them', () => {
    const timed = fc
      .tuple(log, time, fc.boolean())
      .map(([each, at, isKnown]) => ({ ...each, time: isKnown ? at : 0n, observed: at }));
    fc.assert(
      fc.property(groups(timed), (model) => {
        const batch = decodeLogs([request(encodeRequest(model, encodeLog))]);
        expect(rowsOf(encodeBlocks(batch, POLICY).blocks)).toEqual(expectedLogs(model, 'acme'));
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  test('encodeBlocks() names table, day, rows and columns as the schema has them', () => {
    const spans = spanBlocks([SPAN]).blocks[0] as TableBlock;
    expect(spans).toMatchObject({ table: TABLES.traces, day: '2024-10-04', rows: 1 });
    expect(spans.columns).toEqual(SPAN_COLUMNS.map(({ name }) => name));
    expect(describeNative(spans.chunks)).toEqual(SPAN_COLUMNS);
    const logBatch = decodeLogs([request(encodeRequest([groupOf([LOG])], encodeLog))]);
    const logs = encodeBlocks(logBatch, POLICY).blocks[0] as TableBlock;
    expect(logs.table).toBe(TABLES.logs);
    expect(describeNative(logs.chunks)).toEqual(LOG_COLUMNS);
  });

  test('encodeBlocks() gives no block without rows', () => {
    for (const signal of SIGNALS) {
      expect(encodeBlocks(decode(signal, []), POLICY)).toEqual({
        blocks: [],
        refused: [],
        doubts: [],
        sampledMillis: [],
      });
    }
  });

  test('encodeBlocks() splits the rows by the day they start on, to the nanosecond', () => {
    const midnight = 20_000n * DAY;
    const starts = [midnight, midnight - 1n, midnight + DAY - 1n, midnight + DAY, midnight - 1n];
    const { blocks } = spanBlocks(starts.map((start) => ({ ...SPAN, start, end: start })));
    const days = blocks.map((block) => [block.day, blockRows(block).map((row) => row['Timestamp'])]);
    expect(days).toEqual([
      ['2024-10-03', [`${midnight - 1n}`, `${midnight - 1n}`]],
      ['2024-10-04', [`${midnight}`, `${midnight + DAY - 1n}`]],
      ['2024-10-05', [`${midnight + DAY}`]],
    ]);
  });

  test('encodeBlocks() refuses what is older than the retention or a day ahead of its append time', () => {
    const milli = 1_000_000n;
    const oldest = NOON - 7n * DAY;
    const newest = NOON + DAY;
    const starts = [oldest, oldest - milli, newest, newest + milli, 0n, 2n ** 64n - 1n];
    const { blocks, refused } = spanBlocks(starts.map((start) => ({ ...SPAN, start, end: start })));
    expect(rowsOf(blocks)).toMatchObject([{ Timestamp: `${oldest}` }, { Timestamp: `${newest}` }]);
    expect(refused.map(({ reason, rows, kind }) => [reason, [...rows], kind])).toEqual([
      ['too-old', [1, 4], 0],
      ['too-far-ahead', [3, 5], 0],
    ]);
  });

  test('encodeBlocks() judges each row by the append time of its own request', () => {
    const bytes = encodeRequest([groupOf([SPAN])], encodeSpan);
    const later = { ...request(bytes, 1), appendedMillis: APPENDED + 8 * 86_400_000 };
    const { blocks, refused } = encodeBlocks(decodeSpans([request(bytes, 0), later]), POLICY);
    expect(blocks.map(({ rows }) => rows)).toEqual([1]);
    expect(refused.map(({ reason, rows, requestOf }) => [reason, [...rows], [...requestOf]])).toEqual([
      ['too-old', [1], [0, 1]],
    ]);
  });

  test('encodeBlocks() counts a span without a usable end as a doubt, and stores it with duration 0', () => {
    const ends = [0n, NOON - 1n, NOON, NOON + 2n ** 33n + 5n];
    const { blocks, doubts } = spanBlocks(ends.map((end) => ({ ...SPAN, end })));
    expect(rowsOf(blocks)).toMatchObject(
      ['0', '0', '0', `${2n ** 33n + 5n}`].map((Duration) => ({ Duration })),
    );
    expect(doubts).toEqual([{ reason: 'end-before-start', count: 2 }]);
  });

  test('encodeBlocks() tells when stored events happened; a span when it ends', () => {
    const second = 1_000_000_000n;
    const { sampledMillis } = spanBlocks([
      { ...SPAN, start: NOON - DAY, end: NOON - second },
      { ...SPAN, start: NOON - 5n * second, end: 0n },
      // Refused, so not stored.
      { ...SPAN, start: NOON - 8n * DAY, end: NOON },
    ]);
    expect(sampledMillis).toEqual([APPENDED - 1000, APPENDED - 5000]);
    const records = [NOON - 3n * second, 0n].map((time) => ({ ...LOG, time }));
    const logs = decodeLogs([request(encodeRequest([groupOf(records)], encodeLog))]);
    expect(encodeBlocks(logs, POLICY).sampledMillis).toEqual([APPENDED - 3000, APPENDED]);
  });

  test('encodeBlocks() stores a log record without any time at its append time', () => {
    const batch = decodeLogs([request(encodeRequest([groupOf([{ ...LOG, time: 0n }])], encodeLog))]);
    expect(rowsOf(encodeBlocks(batch, POLICY).blocks)).toMatchObject([{ Timestamp: `${NOON}` }]);
  });

  for (const count of [255, 256, 65_535, 65_536]) {
    test(`encodeBlocks() writes ${count} distinct names and keys`, () => {
      const spans = Array.from({ length: count }, (_, index) => ({
        ...SPAN,
        name: `n${index}`,
        attributes: [[`k${index}`, text(`v${index}`)]] as const,
      }));
      const rows = rowsOf(spanBlocks(spans).blocks) as Record<string, unknown>[];
      const wrong = rows.findIndex(
        (row, index) =>
          row['SpanName'] !== `n${index}` ||
          JSON.stringify(row['SpanAttributes']) !== JSON.stringify([[`k${index}`, `v${index}`]]),
      );
      expect([rows.length, wrong]).toEqual([count, -1]);
    });
  }

  test('encodeBlocks() writes 300 resources with keys of their own, and what they hand down', () => {
    const models = Array.from({ length: 300 }, (_, index) =>
      groupOf(
        [SPAN, SPAN],
        [
          ['service.name', text(`s${index}`)],
          [`k${index}`, text('x'.repeat(index))],
        ],
      ),
    );
    const batch = decodeSpans([request(encodeRequest(models, encodeSpan))]);
    expect(rowsOf(encodeBlocks(batch, POLICY).blocks)).toEqual(expectedSpans(models, 'acme'));
  });

  test('encodeBlocks() carries texts larger than a chunk, own and inherited', () => {
    const large = 'é'.repeat(1_500_000);
    const spans = [large, 'small', large].map((value) => ({
      ...SPAN,
      traceState: value,
      attributes: [['text', text(value)]] as const,
    }));
    const models = [groupOf(spans, [['service.name', text(large)]])];
    const batch = decodeSpans([request(encodeRequest(models, encodeSpan))]);
    expect(rowsOf(encodeBlocks(batch, POLICY).blocks)).toEqual(expectedSpans(models, 'acme'));
  });

  test('encodeBlocks() writes every length of text around the borders of its fast path', () => {
    const lengths = [0, 1, 2, 3, 4, 5, 95, 96, 97, 127, 128, 129, 16_383, 16_384];
    const spans = lengths.map((length) => ({
      ...SPAN,
      statusMessage: 'm'.repeat(length),
      attributes: [['text', text('v'.repeat(length))]] as const,
    }));
    const models = [groupOf(spans)];
    expect(rowsOf(spanBlocks(spans).blocks)).toEqual(expectedSpans(models, 'acme'));
  });

  test('encodeBlocks() keeps equal keys in their order, as look-ups take the first', () => {
    const attributes = [
      ['b', text('1')],
      ['a', text('2')],
      ['b', text('3')],
    ] as const;
    const rows = rowsOf(spanBlocks([{ ...SPAN, attributes }]).blocks);
    expect(rows).toMatchObject([
      {
        SpanAttributes: [
          ['a', '2'],
          ['b', '1'],
          ['b', '3'],
        ],
      },
    ]);
  });

  test('encodeBlocks() gives the same bytes for the same batch, with used memory too', () => {
    for (const signal of SIGNALS) {
      const appendedMillis = 1_800_000_000_000;
      const payload = (seed: number) =>
        generatePayload(signal, { requests: 3, records: 1000, seed }).map((bytes, offset) => ({
          ...request(bytes, offset),
          appendedMillis,
        }));
      const fresh = encodeBlocks(decode(signal, payload(1)), POLICY).blocks;
      const decoder = createDecoder(signal);
      const pool = new ChunkPool();
      for (const seed of [2, 3]) {
        for (const { chunks } of encodeBlocks(decoder.decode(payload(seed)), POLICY, pool).blocks)
          pool.give(chunks);
      }
      const used = encodeBlocks(decoder.decode(payload(1)), POLICY, pool).blocks;
      expect(used.map(({ table }) => table)).toEqual(fresh.map(({ table }) => table));
      for (const [index, block] of fresh.entries()) {
        const other = Buffer.concat(used[index]?.chunks ?? []);
        expect(Buffer.compare(Buffer.concat(block.chunks), other)).toBe(0);
      }
    }
  });
});
