/** OTLP, section 6: values that servers drop, as the writer makes rows of them. Numbers are those of docs/otlp.md. */
import { describe, expect, test } from 'vitest';
import { SIGNALS } from '../../schemas/names.ts';
import { start } from '../ingest/receiver/support/start.ts';
import * as by from '../otlp/support/encode.ts';
import {
  attribute,
  histogramPoint,
  logRecord,
  logs,
  metric,
  metrics,
  NOW_NANOS,
  numberPoint,
  resource,
  SPAN_ID,
  scope,
  span,
  stringValue,
  TRACE_ID,
  traces,
} from '../otlp/support/payloads.ts';
import { exporter, TRANSPORTS, WAYS } from './support/exchange.ts';
import { storedRecords, storedRows } from './support/stored.ts';

/** Values that are allowed anywhere, and their text in a table. */
const VALUES: Record<string, readonly [Buffer, string]> = {
  'an empty value': [Buffer.alloc(0), ''],
  bytes: [by.bytes(7, Buffer.from([0xff, 0x00])), '/wA='],
  'a heterogeneous array': [
    by.message(
      5,
      by.message(1, by.text(1, 'a')),
      by.message(1, by.number(3, -1)),
      by.message(1, by.double(4, 0.5)),
      by.message(1),
    ),
    '["a",-1,0.5,null]',
  ],
  'a list in a list': [
    by.message(
      6,
      attribute(1, 'k', by.message(6, attribute(1, 'l', by.number(2, 1)))),
      attribute(1, 'e', Buffer.alloc(0)),
    ),
    '{"e":null,"k":{"l":true}}',
  ],
  'an integer beyond doubles': [by.number(3, 9007199254740993n), '9007199254740993'],
  'a negative zero': [by.double(4, -0), '-0'],
};

describe('OTLP 34', () => {
  test.each(Object.entries(VALUES))(
    'OTLP 34: %s is kept in every attribute list',
    async (_, [value, text]) => {
      const receivers = await start();
      const export_ = exporter(receivers, 'gRPC');
      const around = by.concat(by.message(1, attribute(1, 'a', value)));
      const scoped = by.message(1, by.text(1, 's'), attribute(3, 'a', value));
      const of = (...records: Buffer[]) => by.message(1, around, by.message(2, scoped, ...records));
      const event = by.message(11, by.fixed64(1, NOW_NANOS), attribute(3, 'a', value));
      const link = by.message(13, attribute(4, 'a', value));
      const exemplar = by.message(5, by.fixed64(2, NOW_NANOS), attribute(7, 'a', value));
      const bodies = {
        traces: of(by.bytes(2, span({ extra: by.concat(attribute(9, 'a', value), event, link) }))),
        logs: of(by.message(2, by.fixed64(1, NOW_NANOS), by.bytes(5, value), attribute(6, 'a', value))),
        metrics: of(
          by.bytes(
            2,
            metric('m', 5, by.message(1, by.fixed64(3, NOW_NANOS), attribute(7, 'a', value), exemplar)),
          ),
        ),
      };
      for (const signal of SIGNALS) expect((await export_(signal, bodies[signal])).partial).toBeUndefined();
      const entry = ['a', text];
      const common = { ResourceAttributes: [entry], ScopeAttributes: [entry] };
      expect(await storedRows(receivers, 'traces')).toMatchObject([
        {
          ...common,
          SpanAttributes: expect.arrayContaining([entry]),
          'Events.Attributes': [expect.anything(), [entry]],
          'Links.Attributes': [expect.anything(), [entry]],
        },
      ]);
      expect(await storedRows(receivers, 'logs')).toMatchObject([
        { ...common, Body: text, LogAttributes: [entry] },
      ]);
      expect(await storedRows(receivers, 'metrics')).toMatchObject([
        { ...common, Attributes: [entry], 'Exemplars.FilteredAttributes': [[entry]] },
      ]);
    },
  );
});

describe('OTLP 35', () => {
  test.each(TRANSPORTS)(
    'OTLP 35: new fields are taken and stay on the log as they came: %s',
    async (transport) => {
      const receivers = await start();
      const export_ = exporter(receivers, transport);
      const entity = by.message(
        3,
        by.text(1, 'url'),
        by.text(2, 'service'),
        by.text(3, 'id'),
        by.text(4, 'd'),
      );
      const indexed = by.message(9, by.number(3, 7), by.message(2, by.number(8, 5)));
      const body = by.message(1, by.message(1, entity), by.message(2, by.bytes(2, span({ extra: indexed }))));
      expect((await export_('traces', body)).partial).toBeUndefined();
      expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(body);
      expect(await storedRows(receivers, 'traces')).toHaveLength(1);
      expect(await storedRecords(receivers, 'traces')).toMatchObject([{ flags: 257, links: [{ flags: 1 }] }]);
      const described = by.concat(
        metric('m', 5, by.bytes(1, numberPoint())),
        attribute(12, 'k', stringValue('v')),
      );
      expect((await export_('metrics', metrics(described))).partial).toBeUndefined();
      expect(await storedRecords(receivers, 'metrics')).toMatchObject([{ metadata: [{ key: 'k' }] }]);
    },
  );

  test('OTLP 35: the event name of a log record is a column', async () => {
    const receivers = await start();
    const body = logs(
      logRecord(by.fixed64(1, NOW_NANOS), by.text(12, 'browser.page_view'), by.fixed32(8, 1)),
    );
    await exporter(receivers, 'HTTP')('logs', body);
    expect(await storedRows(receivers, 'logs')).toMatchObject([
      { EventName: 'browser.page_view', TraceFlags: 1 },
    ]);
  });

  test.each(WAYS)(
    'OTLP 35: fields from the future are stepped over, groups too: %s, %s',
    async (transport, signal) => {
      const receivers = await start();
      const unknown = by.concat(
        by.text(900, 'x'),
        by.number(901, 1),
        by.tag(902, 3),
        by.fixed32(1, 1),
        by.tag(902, 4),
      );
      const records = {
        traces: span({ extra: unknown }),
        logs: logRecord(by.fixed64(1, NOW_NANOS), unknown),
        metrics: by.concat(metric('m', 5, by.bytes(1, by.concat(numberPoint(), unknown)), unknown), unknown),
      };
      const body = by.concat(
        by.message(1, resource(), unknown, by.message(2, scope(), by.bytes(2, records[signal]), unknown)),
        unknown,
      );
      expect((await exporter(receivers, transport)(signal, body)).partial).toBeUndefined();
      expect(Buffer.from((await receivers.stored(signal))[0]?.value ?? [])).toEqual(body);
      expect(await storedRows(receivers, signal)).toHaveLength(1);
    },
  );
});

describe('OTLP 36', () => {
  test.each([0, 3, 15, 17])(
    'OTLP 36: a span whose trace id has %i bytes is rejected, its neighbours are not',
    async (length) => {
      const receivers = await start();
      const outcome = await exporter(receivers, 'gRPC')(
        'traces',
        traces(span(), span({ traceId: Buffer.alloc(length, 1) })),
      );
      expect(outcome.partial).toMatchObject({
        rejected: 1,
        message: expect.stringContaining('spans[1].trace_id'),
      });
      expect(await storedRecords(receivers, 'traces')).toHaveLength(1);
    },
  );

  test('OTLP 36: so is one with an id of zeros, but a parent of zeros is none', async () => {
    const receivers = await start();
    const body = traces(
      span({ spanId: Buffer.alloc(8) }),
      span({ traceId: Buffer.alloc(16) }),
      span({ parentSpanId: Buffer.alloc(8) }),
    );
    expect((await exporter(receivers, 'HTTP')('traces', body)).partial).toMatchObject({ rejected: 2 });
    expect(await storedRows(receivers, 'traces')).toMatchObject([
      { ParentSpanId: '', TraceId: TRACE_ID.toString('hex') },
    ]);
  });

  test.each([Buffer.alloc(0), Buffer.alloc(16), Buffer.alloc(3, 1)])(
    'OTLP 36: a log record with the id %j has none',
    async (id) => {
      const receivers = await start();
      const body = logs(logRecord(by.fixed64(1, NOW_NANOS), by.bytes(9, id), by.bytes(10, id)));
      expect((await exporter(receivers, 'gRPC')('logs', body)).partial).toBeUndefined();
      expect(await storedRows(receivers, 'logs')).toMatchObject([{ TraceId: '', SpanId: '' }]);
    },
  );
});

test('OTLP 37: a log record without a time has the one it was observed at, or was appended at', async () => {
  const receivers = await start();
  const body = logs(
    logRecord(by.fixed64(1, NOW_NANOS - 5n), by.fixed64(11, NOW_NANOS - 4n)),
    logRecord(by.fixed64(1, 0), by.fixed64(11, NOW_NANOS - 3n)),
    logRecord(by.fixed64(11, NOW_NANOS - 2n)),
    logRecord(),
  );
  expect((await exporter(receivers, 'gRPC')('logs', body)).partial).toBeUndefined();
  const rows = await storedRows(receivers, 'logs');
  expect(rows.map(({ Timestamp: time }) => BigInt(time as string) - NOW_NANOS)).toEqual([-5n, -3n, -2n, 0n]);
});

describe('OTLP 38', () => {
  const point = (...fields: Buffer[]) => by.message(1, by.fixed64(3, NOW_NANOS), ...fields);

  test('OTLP 38: a point with NO_RECORDED_VALUE keeps its flag', async () => {
    const receivers = await start();
    const body = metrics(
      metric('gauge', 5, point(by.number(8, 1))),
      metric('histogram', 9, point(by.number(10, 1)), by.number(2, 2)),
    );
    expect((await exporter(receivers, 'gRPC')('metrics', body)).partial).toBeUndefined();
    expect(await storedRows(receivers, 'metrics')).toMatchObject([{ Flags: 1 }, { Flags: 1 }]);
  });

  test.each([
    ['sum', 7],
    ['histogram', 9],
    ['exponential_histogram', 10],
  ] as const)('OTLP 38: a %s without temporality is rejected point by point', async (name, kind) => {
    const receivers = await start();
    const body = metrics(
      metric('bad', kind, point(), point()),
      metric('good', kind, point(), by.number(2, 1)),
    );
    const { partial } = await exporter(receivers, 'gRPC')('metrics', body);
    expect(partial).toMatchObject({
      rejected: 2,
      message: expect.stringContaining(`${name}.aggregation_temporality`),
    });
    expect(await storedRows(receivers, 'metrics')).toMatchObject([
      { MetricName: 'good', AggregationTemporality: 1 },
    ]);
  });

  test('OTLP 38: a histogram has one bucket more than bounds, or neither', async () => {
    const receivers = await start();
    const shapes = [
      [3, 2],
      [0, 0],
      [1, 0],
      [2, 2],
      [0, 1],
      [3, 0],
    ] as const;
    const points = shapes.map(([counts, bounds]) => by.bytes(1, histogramPoint(counts, bounds)));
    const { partial } = await exporter(receivers, 'HTTP')(
      'metrics',
      metrics(metric('h', 9, ...points, by.number(2, 1))),
    );
    expect(partial).toMatchObject({
      rejected: 3,
      message: expect.stringContaining('data_points[3].bucket_counts'),
    });
    const rows = await storedRows(receivers, 'metrics');
    expect(rows.map(({ BucketCounts: counts }) => (counts as []).length)).toEqual([3, 0, 1]);
  });

  test('OTLP 38: sum, min and max are kept where they are', async () => {
    const receivers = await start();
    const full = point(by.fixed64(4, 7), by.double(5, -2.5), by.double(11, -9), by.double(12, 8));
    const body = metrics(metric('h', 9, full, point(by.fixed64(4, 7)), by.number(2, 2)));
    expect((await exporter(receivers, 'gRPC')('metrics', body)).partial).toBeUndefined();
    expect(await storedRows(receivers, 'metrics')).toMatchObject([
      { Count: '7', Sum: -2.5, Min: -9, Max: 8 },
      { Count: '7', Sum: 0, Min: 0, Max: 0 },
    ]);
  });

  test('OTLP 38: exponential histograms keep scale, zeros and buckets of either sign; the zero threshold stays on the log', async () => {
    const receivers = await start();
    const buckets = (field: number, offset: number, ...counts: number[]) =>
      by.message(
        field,
        by.number(1, offset),
        by.bytes(2, by.concat(...counts.map((count) => by.varint(count)))),
      );
    const exponential = point(
      by.number(6, 5),
      by.fixed64(7, 4),
      buckets(8, 3, 1, 300),
      buckets(9, 2, 5),
      by.double(14, 0.25),
    );
    const body = metrics(metric('e', 10, exponential, by.number(2, 1)));
    expect((await exporter(receivers, 'gRPC')('metrics', body)).partial).toBeUndefined();
    expect(await storedRows(receivers, 'metrics')).toMatchObject([
      {
        Scale: -3,
        ZeroCount: '4',
        PositiveOffset: -2,
        PositiveBucketCounts: ['1', '300'],
        NegativeOffset: 1,
        NegativeBucketCounts: ['5'],
      },
    ]);
    expect(await storedRecords(receivers, 'metrics')).toMatchObject([
      { exponential_histogram: { data_points: [{ zero_threshold: 0.25 }] } },
    ]);
  });

  test('OTLP 38: exemplars keep value, time, ids and attributes', async () => {
    const receivers = await start();
    const exemplar = by.message(
      5,
      by.fixed64(2, NOW_NANOS),
      by.fixed64(6, 42),
      by.bytes(4, SPAN_ID),
      by.bytes(5, TRACE_ID),
      attribute(7, 'k', stringValue('v')),
    );
    await exporter(receivers, 'gRPC')('metrics', metrics(metric('g', 5, point(exemplar))));
    expect(await storedRows(receivers, 'metrics')).toMatchObject([
      {
        'Exemplars.Value': [42],
        'Exemplars.TimeUnix': [String(NOW_NANOS)],
        'Exemplars.TraceId': [TRACE_ID.toString('hex')],
        'Exemplars.SpanId': [SPAN_ID.toString('hex')],
        'Exemplars.FilteredAttributes': [[['k', 'v']]],
      },
    ]);
  });
});

test.each(TRANSPORTS)(
  'OTLP 39: a list with a key twice is taken, and the table has both: %s',
  async (transport) => {
    const receivers = await start();
    const twice = by.concat(attribute(6, 'k', stringValue('first')), attribute(6, 'k', stringValue('last')));
    const body = logs(by.concat(by.fixed64(1, NOW_NANOS), twice));
    expect((await exporter(receivers, transport)('logs', body)).partial).toBeUndefined();
    expect(await storedRows(receivers, 'logs')).toMatchObject([
      {
        LogAttributes: [
          ['k', 'first'],
          ['k', 'last'],
        ],
      },
    ]);
  },
);
