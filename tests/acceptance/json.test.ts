/** OTLP/JSON in the shape of opentelemetry-proto's examples, and what SQL says of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, ValetProcess } from '../support/valet-process.ts';

let valet: ValetProcess;

beforeAll(async () => {
  valet = await ValetProcess.start();
});
afterAll(async () => {
  await valet.remove();
});

const SECOND = BigInt(Math.floor(Date.now() / 1000));
/** Decimal text, as 64-bit integers are written in OTLP/JSON. */
const START = `${SECOND}123456789`;
const END = `${SECOND}987654321`;
const RESOURCE = { attributes: [{ key: 'service.name', value: { stringValue: 'harbour.pilot' } }] };
const SCOPE = {
  name: 'harbour.library',
  version: '2.1.0',
  attributes: [{ key: 'harbour.scope', value: { stringValue: 'of the scope' } }],
};

async function post(signal: string, body: unknown): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${valet.ports.http}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect({ status: response.status, body: await response.json() }).toEqual({ status: 200, body: {} });
}

async function rows(sql: string, count = 1): Promise<readonly Record<string, unknown>[]> {
  return await eventually(sql, async () => {
    const found = await valet.sql(sql);
    return found.length === count ? found : undefined;
  });
}

test('a trace in JSON, ids in upper case hex, is stored value by value', async () => {
  await post('traces', {
    resourceSpans: [
      {
        resource: RESOURCE,
        scopeSpans: [
          {
            scope: SCOPE,
            spans: [
              {
                traceId: '6C9FAAA798038103D269B633813FC71D',
                spanId: 'FFE19B7EC3C1B175',
                parentSpanId: 'FFE19B7EC3C1B174',
                name: 'berth the ship',
                startTimeUnixNano: START,
                endTimeUnixNano: END,
                kind: 2,
                attributes: [
                  { key: 'berth', value: { stringValue: 'north quay' } },
                  { key: 'tonnes', value: { intValue: '9223372036854775807' } },
                ],
              },
            ],
          },
        ],
      },
    ],
  });
  const [span] = await rows(`
    SELECT TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName, ScopeVersion, ScopeAttributes,
           SpanAttributes, toString(Duration) AS Duration, toString(toUnixTimestamp64Nano(Timestamp)) AS Start
    FROM otel_traces`);
  expect(span).toEqual({
    TraceId: '6c9faaa798038103d269b633813fc71d',
    SpanId: 'ffe19b7ec3c1b175',
    ParentSpanId: 'ffe19b7ec3c1b174',
    SpanName: 'berth the ship',
    SpanKind: 'Server',
    ServiceName: 'harbour.pilot',
    ScopeName: 'harbour.library',
    ScopeVersion: '2.1.0',
    ScopeAttributes: { 'harbour.scope': 'of the scope' },
    SpanAttributes: { berth: 'north quay', tonnes: '9223372036854775807' },
    Duration: String(BigInt(END) - BigInt(START)),
    Start: START,
  });
});

test('metrics in JSON, of every kind, are stored value by value', async () => {
  const point = {
    startTimeUnixNano: START,
    timeUnixNano: END,
    attributes: [{ key: 'dock', value: { stringValue: 'east' } }],
  };
  const metric = (name: string, data: object) => ({ name, unit: '1', description: `the ${name}`, ...data });
  await post('metrics', {
    resourceMetrics: [
      {
        resource: RESOURCE,
        scopeMetrics: [
          {
            scope: SCOPE,
            metrics: [
              metric('ships', {
                sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ ...point, asInt: '7' }] },
              }),
              metric('tide', { gauge: { dataPoints: [{ ...point, asDouble: 1.25 }] } }),
              metric('waiting', {
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      ...point,
                      count: '3',
                      sum: 4.5,
                      bucketCounts: ['1', '2'],
                      explicitBounds: [1],
                      min: 0.5,
                      max: 2,
                    },
                  ],
                },
              }),
              metric('waves', {
                exponentialHistogram: {
                  aggregationTemporality: 1,
                  dataPoints: [
                    {
                      ...point,
                      count: 4,
                      sum: 12,
                      scale: 1,
                      zeroCount: 1,
                      positive: { offset: 2, bucketCounts: [0, 3] },
                      negative: {},
                      min: 0,
                      max: 6,
                    },
                  ],
                },
              }),
              metric('draught', {
                summary: {
                  dataPoints: [
                    { ...point, count: 2, sum: 3, quantileValues: [{ quantile: 0.5, value: 'NaN' }] },
                  ],
                },
              }),
            ],
          },
        ],
      },
    ],
  });
  const common = 'MetricName, Attributes, toString(toUnixTimestamp64Nano(TimeUnix)) AS Time';
  const every = { Attributes: { dock: 'east' }, Time: END };
  expect(
    await rows(`SELECT ${common}, Value, AggregationTemporality, IsMonotonic FROM otel_metrics_sum`),
  ).toEqual([{ ...every, MetricName: 'ships', Value: 7, AggregationTemporality: 1, IsMonotonic: true }]);
  expect(await rows(`SELECT ${common}, Value FROM otel_metrics_gauge`)).toEqual([
    { ...every, MetricName: 'tide', Value: 1.25 },
  ]);
  expect(
    await rows(`SELECT ${common}, toUInt32(Count) AS Count, Sum, arrayMap(c -> toUInt32(c), BucketCounts) AS Buckets,
      ExplicitBounds, Min, Max FROM otel_metrics_histogram`),
  ).toEqual([
    {
      ...every,
      MetricName: 'waiting',
      Count: 3,
      Sum: 4.5,
      Buckets: [1, 2],
      ExplicitBounds: [1],
      Min: 0.5,
      Max: 2,
    },
  ]);
  expect(
    await rows(`SELECT ${common}, toUInt32(Count) AS Count, Scale, toUInt32(ZeroCount) AS Zeros, PositiveOffset,
      arrayMap(c -> toUInt32(c), PositiveBucketCounts) AS Positive, NegativeBucketCounts
      FROM otel_metrics_exponential_histogram`),
  ).toEqual([
    {
      ...every,
      MetricName: 'waves',
      Count: 4,
      Scale: 1,
      Zeros: 1,
      PositiveOffset: 2,
      Positive: [0, 3],
      NegativeBucketCounts: [],
    },
  ]);
  expect(
    await rows(`SELECT ${common}, toUInt32(Count) AS Count, ValueAtQuantiles.Quantile AS Quantiles,
      arrayMap(v -> isNaN(v), ValueAtQuantiles.Value) AS AreNaN FROM otel_metrics_summary`),
  ).toEqual([{ ...every, MetricName: 'draught', Count: 2, Quantiles: [0.5], AreNaN: [1] }]);
});

test('log records and events in JSON are stored value by value, whatever their attributes hold', async () => {
  await post('logs', {
    resourceLogs: [
      {
        resource: RESOURCE,
        scopeLogs: [
          {
            scope: SCOPE,
            logRecords: [
              {
                timeUnixNano: START,
                observedTimeUnixNano: END,
                severityNumber: 10,
                severityText: 'Information',
                traceId: '6C9FAAA798038103D269B633813FC71D',
                spanId: 'FFE19B7EC3C1B175',
                body: { stringValue: 'ship in sight' },
                attributes: [
                  { key: 'flag', value: { boolValue: true } },
                  { key: 'knots', value: { doubleValue: 12.75 } },
                  { key: 'count', value: { intValue: 10 } },
                  { key: 'empty', value: {} },
                  {
                    key: 'crew',
                    value: { arrayValue: { values: [{ stringValue: 'cook' }, { intValue: '3' }] } },
                  },
                  {
                    key: 'cargo',
                    value: { kvlistValue: { values: [{ key: 'tea', value: { intValue: '5' } }] } },
                  },
                  { key: 'seal', value: { bytesValue: 'AQID' } },
                ],
              },
              { observedTimeUnixNano: END, eventName: 'harbour.arrival', body: { stringValue: 'arrived' } },
            ],
          },
        ],
      },
    ],
  });
  const found = await rows(
    `SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS Time, TraceId, SpanId, SeverityText, SeverityNumber, Body,
       LogAttributes, EventName FROM otel_logs ORDER BY EventName`,
    2,
  );
  expect(found).toEqual([
    {
      Time: START,
      TraceId: '6c9faaa798038103d269b633813fc71d',
      SpanId: 'ffe19b7ec3c1b175',
      SeverityText: 'Information',
      SeverityNumber: 10,
      Body: 'ship in sight',
      LogAttributes: {
        flag: 'true',
        knots: '12.75',
        count: '10',
        empty: '',
        crew: '["cook",3]',
        cargo: '{"tea":5}',
        seal: 'AQID',
      },
      EventName: '',
    },
    {
      Time: END,
      TraceId: '',
      SpanId: '',
      SeverityText: '',
      SeverityNumber: 0,
      Body: 'arrived',
      LogAttributes: {},
      EventName: 'harbour.arrival',
    },
  ]);
});
