import { describe, expect, test } from 'vitest';
import { encodeBlocks, type TableBlock } from '../../../ingest/writer/blocks.ts';
import { decodeMetrics } from '../../../otlp/columns/decode.ts';
import { METRIC_KIND } from '../../../otlp/columns/types.ts';
import { TABLES } from '../../../schemas/names.ts';
import {
  EXP_HISTOGRAM_COLUMNS,
  GAUGE_COLUMNS,
  HISTOGRAM_COLUMNS,
  SUM_COLUMNS,
  SUMMARY_COLUMNS,
} from '../../../schemas/tables.ts';
import { COUNTS, METRICS, metricsRequest, SPAN_ID, TRACE_ID } from '../../otlp/columns/metric-messages.ts';
import { describeNative } from '../../store/native/read-native.ts';
import { blockRows } from './block-rows.ts';

const POLICY = { retentionSeconds: { traces: 60, logs: 60, metrics: 60 } };

function encode(appendedMillis: number): ReturnType<typeof encodeBlocks> {
  const bytes = metricsRequest(METRICS);
  return encodeBlocks(decodeMetrics([{ bytes, offset: 0, appendedMillis, tenant: 'acme' }]), POLICY);
}

const OWNER = {
  TenantId: 'acme',
  ResourceAttributes: [['service.name', 'shop']],
  ResourceSchemaUrl: 'https://resource',
  ScopeName: 'meter',
  ScopeVersion: '1.0',
  ScopeAttributes: [['s', 't']],
  ScopeDroppedAttrCount: 3,
  ScopeSchemaUrl: 'https://scope',
  ServiceName: 'shop',
  MetricUnit: 'unit',
};

function metric(name: string): object {
  return { ...OWNER, MetricName: name, MetricDescription: `${name} described` };
}

function exemplars(...values: number[]): object {
  return {
    'Exemplars.FilteredAttributes': values.map(() => [['user', 'u1']]),
    'Exemplars.TimeUnix': values.map(() => '5'),
    'Exemplars.Value': values,
    'Exemplars.SpanId': values.map(() => SPAN_ID),
    'Exemplars.TraceId': values.map(() => TRACE_ID),
  };
}

const NO_EXEMPLARS = exemplars();
const TEXTS = COUNTS.map(String);

const EXPECTED: Record<string, { columns: readonly object[]; rows: readonly object[] }> = {
  [TABLES.gauge]: {
    columns: GAUGE_COLUMNS,
    rows: [
      { Attributes: [['k', 'v']], StartTimeUnix: '0', TimeUnix: '100', Value: 1.5, Flags: 0 },
      { Attributes: [], StartTimeUnix: '1', TimeUnix: '101', Value: 0, Flags: 1 },
      { Attributes: [], StartTimeUnix: '0', TimeUnix: '102', Value: '-inf', Flags: 0 },
    ].map((row) => ({ ...metric('gauge'), ...NO_EXEMPLARS, ...row })),
  },
  [TABLES.sum]: {
    columns: SUM_COLUMNS,
    rows: [
      { TimeUnix: '200', Value: -(2 ** 53), ...exemplars(-9) },
      { TimeUnix: '201', Value: 7, ...exemplars(2.5, -9) },
    ].map((row) => ({
      ...metric('sum'),
      Attributes: [],
      StartTimeUnix: '0',
      Flags: 0,
      AggregationTemporality: 2,
      IsMonotonic: true,
      ...row,
    })),
  },
  [TABLES.histogram]: {
    columns: HISTOGRAM_COLUMNS,
    rows: [
      {
        Attributes: [['le', 'packed']],
        StartTimeUnix: '1',
        TimeUnix: '300',
        Count: '18446744073709551615',
        Sum: 6.5,
        BucketCounts: ['1', '2', '18446744073709551615'],
        ExplicitBounds: [0.5, 2],
        ...NO_EXEMPLARS,
        Flags: 3,
        Min: -1,
        Max: 4,
      },
      {
        Attributes: [],
        StartTimeUnix: '0',
        TimeUnix: '301',
        Count: '0',
        Sum: 0,
        BucketCounts: ['4', '5'],
        ExplicitBounds: [0.25],
        ...exemplars(2.5),
        Flags: 0,
        Min: 0,
        Max: 0,
      },
    ].map((row) => ({ ...metric('histogram'), AggregationTemporality: 1, ...row })),
  },
  [TABLES.expHistogram]: {
    columns: EXP_HISTOGRAM_COLUMNS,
    rows: [
      {
        Attributes: [['a', 'b']],
        StartTimeUnix: '1',
        TimeUnix: '400',
        Count: '12',
        Sum: 99.5,
        Scale: -3,
        ZeroCount: '8',
        PositiveOffset: -2_147_483_648,
        PositiveBucketCounts: TEXTS,
        NegativeOffset: 5,
        NegativeBucketCounts: TEXTS,
        ...exemplars(2.5),
        Flags: 1,
        Min: 0.1,
        Max: 50,
      },
      {
        Attributes: [],
        StartTimeUnix: '0',
        TimeUnix: '401',
        Count: '0',
        Sum: 0,
        Scale: 0,
        ZeroCount: '0',
        PositiveOffset: 0,
        PositiveBucketCounts: [],
        NegativeOffset: 0,
        NegativeBucketCounts: [],
        ...NO_EXEMPLARS,
        Flags: 0,
        Min: 0,
        Max: 0,
      },
    ].map((row) => ({ ...metric('exp'), AggregationTemporality: 2, ...row })),
  },
  [TABLES.summary]: {
    columns: SUMMARY_COLUMNS,
    rows: [
      {
        Attributes: [['q', 'r']],
        StartTimeUnix: '1',
        TimeUnix: '500',
        Count: '9',
        Sum: 4.5,
        'ValueAtQuantiles.Quantile': [0.5, 0.99],
        'ValueAtQuantiles.Value': [1.25, 0],
        Flags: 2,
      },
      {
        Attributes: [],
        StartTimeUnix: '0',
        TimeUnix: '501',
        Count: '0',
        Sum: 0,
        'ValueAtQuantiles.Quantile': [],
        'ValueAtQuantiles.Value': [],
        Flags: 0,
      },
    ].map((row) => ({ ...metric('summary'), ...row })),
  },
};

const KIND_OF_TABLE: Readonly<Record<string, number>> = {
  [TABLES.gauge]: METRIC_KIND.gauge,
  [TABLES.sum]: METRIC_KIND.sum,
  [TABLES.histogram]: METRIC_KIND.histogram,
  [TABLES.expHistogram]: METRIC_KIND.expHistogram,
  [TABLES.summary]: METRIC_KIND.summary,
};

describe('encodeBlocks() of metrics', () => {
  const { blocks, refused } = encode(0);
  const blockOf = (table: string) => blocks.find((block) => block.table === table) as TableBlock;

  for (const [table, { columns, rows }] of Object.entries(EXPECTED)) {
    test(`encodeBlocks() writes the points of ${table} as ClickHouse reads them`, () => {
      const block = blockOf(table);
      expect(describeNative(block.chunks)).toEqual(columns);
      expect(blockRows(block)).toEqual(rows);
      expect([block.day, block.rows]).toEqual(['1970-01-01', rows.length]);
    });
  }

  test('encodeBlocks() gives one block per kind that has points', () => {
    expect(blocks.map(({ table }) => table)).toEqual(Object.keys(EXPECTED));
    expect(refused).toEqual([]);
  });

  test('encodeBlocks() tells the refused points of each kind', () => {
    const late = encode(61_000);
    expect(late.blocks).toEqual([]);
    expect(late.refused.map(({ reason, kind, rows }) => [reason, kind, rows.length])).toEqual(
      blocks.map(({ table, rows }) => ['too-old', KIND_OF_TABLE[table], rows]),
    );
  });
});
