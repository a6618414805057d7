/** OTLP, section 3: success and partial success. Numbers are those of docs/otlp.md. */
import { describe, expect, test } from 'vitest';
import { REJECTION_REASONS } from '../../otlp/validate/types.ts';
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import { send } from '../ingest/receiver/support/http.ts';
import { ControlledLog, start } from '../ingest/receiver/support/start.ts';
import * as by from '../otlp/support/encode.ts';
import {
  attribute,
  GOOD,
  histogramPoint,
  logRecord,
  logs,
  metric,
  metrics,
  NOW_MILLIS,
  NOW_NANOS,
  numberPoint,
  resource,
  scope,
  span,
  stringValue,
  traces,
} from '../otlp/support/payloads.ts';
import { exporter, exportJson, JSON_TYPE, TRANSPORTS, WAYS } from './support/exchange.ts';
import { storedRecords } from './support/stored.ts';

const DAY_NANOS = 86_400_000_000_000n;
const NANOS = `${NOW_MILLIS}000000`;

describe('OTLP 12: full success', () => {
  test.each(WAYS)('OTLP 12: leaves partial_success unset: %s, %s', async (transport, signal) => {
    const receivers = await start();
    const outcome = await exporter(receivers, transport)(signal, GOOD[signal]);
    expect(outcome).toMatchObject({ status: transport === 'gRPC' ? 0 : 200, partial: undefined });
    expect(outcome.body.length).toBe(0);
  });

  test.each(WAYS)(
    'OTLP 12: a request without data is a success and stores nothing: %s, %s',
    async (transport, signal) => {
      const receivers = await start();
      const export_ = exporter(receivers, transport);
      for (const body of [Buffer.alloc(0), by.message(1), by.message(1, resource(), by.message(2, scope()))])
        expect((await export_(signal, body)).body.length).toBe(0);
      expect(receivers.log.appends).toBe(0);
    },
  );

  test.each(SIGNALS)('OTLP 12: is {} in JSON for %s', async (signal) => {
    const receivers = await start();
    const answer = await exportJson(receivers, signal, '{}');
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('{}') });
    expect(answer.headers['content-type']).toBe(JSON_TYPE);
  });
});

const old = { start: NOW_NANOS - 15n * DAY_NANOS };
const ahead = { end: NOW_NANOS + 2n * DAY_NANOS };
const SPANS_AT = 'resource_spans[0].scope_spans[0].spans';
const METRICS_AT = 'resource_metrics[0].scope_metrics[0].metrics';
const POINT = by.bytes(1, numberPoint());

/** For each reason a request with three records, the second of which is rejected, what is told, and its field. */
const REJECTED: Readonly<
  Record<
    (typeof REJECTION_REASONS)[number],
    readonly [Signal, (bad: boolean) => Buffer, words: string, path: string]
  >
> = {
  'invalid-trace-id': ofSpan(
    { traceId: Buffer.alloc(16) },
    'trace_id is not 16 bytes or all zero',
    'trace_id',
  ),
  'invalid-span-id': ofSpan({ spanId: Buffer.alloc(7) }, 'span_id is not 8 bytes or all zero', 'span_id'),
  'invalid-parent-span-id': ofSpan(
    { parentSpanId: Buffer.alloc(9, 1) },
    'parent_span_id is neither empty nor 8 bytes',
    'parent_span_id',
  ),
  'too-old': ofSpan(old, 'time is before the retention period', 'start_time_unix_nano'),
  'too-far-ahead': ofSpan(ahead, 'time is more than 24 hours ahead', 'end_time_unix_nano'),
  'too-many-attributes': ofSpan(
    { extra: by.concat(...Array.from({ length: 20 }, (_, i) => attribute(9, `k${i}`, by.number(2, 1)))) },
    'attributes are more than 20 (maxAttributes)',
    'attributes[20]',
  ),
  'value-too-long': ofSpan(
    { extra: attribute(9, 'k', stringValue('x'.repeat(1025))) },
    'value is longer than 1024 bytes (maxValueKib)',
    'attributes[2].value.string_value',
  ),
  'too-large-for-log': ofSpan(
    { name: 'x'.repeat(9000) },
    'with its resource and scope it is larger than the 7680 bytes the log takes at once (max.message.bytes of the topic)',
    '',
  ),
  'unspecified-temporality': [
    'metrics',
    (bad) =>
      metrics(metric('a', 5, POINT), metric('b', 7, POINT, by.number(2, bad ? 0 : 1)), metric('c', 5, POINT)),
    'aggregation_temporality is neither delta nor cumulative',
    `${METRICS_AT}[1].sum.aggregation_temporality`,
  ],
  'bucket-mismatch': [
    'metrics',
    (bad) =>
      metrics(
        metric('h', 9, ...[3, bad ? 2 : 3, 3].map((n) => by.bytes(1, histogramPoint(n, 2))), by.number(2, 1)),
      ),
    'bucket_counts do not number one more than explicit_bounds',
    `${METRICS_AT}[0].histogram.data_points[1].bucket_counts`,
  ],
};

function ofSpan(options: Parameters<typeof span>[0], words: string, field: string) {
  const build = (bad: boolean) => traces(span({ name: 'a' }), span(bad ? options : {}), span({ name: 'c' }));
  return ['traces', build, words, field === '' ? `${SPANS_AT}[1]` : `${SPANS_AT}[1].${field}`] as const;
}

describe('OTLP 13: partial success', () => {
  test.each(
    TRANSPORTS.flatMap((transport) => REJECTION_REASONS.map((reason) => [transport, reason] as const)),
  )(
    'OTLP 13: tells count, reason and field, takes the rest, and is final: %s, %s',
    async (transport, reason) => {
      const clock = { now: NOW_MILLIS };
      const log = new ControlledLog({ now: () => clock.now, maxRecordBytes: 8192 });
      const policy = { maxAttributes: 20, maxValueBytes: 1024, overLongValues: 'reject' } as const;
      const receivers = await start({ ...policy, log, clock });
      const [signal, build, words, path] = REJECTED[reason];
      const export_ = exporter(receivers, transport);
      expect((await export_(signal, build(false))).partial).toBeUndefined();
      const outcome = await export_(signal, build(true));
      expect(outcome).toMatchObject({ status: transport === 'gRPC' ? 0 : 200, isRetryable: false });
      const noun = signal === 'traces' ? 'spans' : 'data points';
      const message = `1 of 3 ${noun} rejected: ${words} (1, first at ${path})`;
      expect(outcome.partial).toEqual({ rejected: 1, message });
      expect(await receivers.registry.metrics()).toContain(
        `valet_receiver_rejected_records_total{signal="${signal}",reason="${reason}"} 1`,
      );
    },
  );

  test('OTLP 13: counts are those of the records, in JSON under the name of their signal', async () => {
    const receivers = await start();
    const times = [NANOS, '1', '2', `${NOW_MILLIS + 200_000_000}000000`];
    const spans = times.map(
      (time) => `{"traceId":"${'a1'.repeat(16)}","spanId":"${'b2'.repeat(8)}","startTimeUnixNano":${time}}`,
    );
    const traces = await exportJson(
      receivers,
      'traces',
      `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`,
    );
    expect(traces.json).toEqual({
      partialSuccess: {
        rejectedSpans: '3',
        errorMessage:
          `3 of 4 spans rejected: time is before the retention period (2, first at ${SPANS_AT}[1].start_time_unix_nano); ` +
          `time is more than 24 hours ahead (1, first at ${SPANS_AT}[3].end_time_unix_nano)`,
      },
    });
    const records = times.map((time) => `{"timeUnixNano":${time}}`);
    const logs = await exportJson(
      receivers,
      'logs',
      `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`,
    );
    expect(logs.json).toMatchObject({ partialSuccess: { rejectedLogRecords: '3' } });
    const gauge = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[${records}]}}]}]}]}`;
    const metrics = await exportJson(receivers, 'metrics', gauge);
    expect(metrics.json).toMatchObject({ partialSuccess: { rejectedDataPoints: '3' } });
    for (const signal of SIGNALS) expect(await storedRecords(receivers, signal)).toHaveLength(1);
  });

  test.each(TRANSPORTS)(
    'OTLP 13: a request all of whose records are rejected is still one, and stores nothing: %s',
    async (transport) => {
      const receivers = await start();
      const outcome = await exporter(receivers, transport)('logs', logs(logRecord(by.fixed64(1, 1))));
      expect(outcome.partial).toMatchObject({
        rejected: 1,
        message: expect.stringMatching(/^1 of 1 log records/),
      });
      expect(receivers.log.appends).toBe(0);
    },
  );
});

describe('OTLP 14: warnings', () => {
  test.each(TRANSPORTS)(
    'OTLP 14: values that were cut are told with nothing rejected: %s',
    async (transport) => {
      const receivers = await start({ maxValueBytes: 1024 });
      const long = (text: string) => traces(span({ extra: attribute(9, 'k', stringValue(text)) }));
      const outcome = await exporter(receivers, transport)('traces', long('ä'.repeat(600)));
      expect(outcome.partial).toEqual({
        rejected: 0,
        message: `taken with changes: values were cut to 1024 bytes (maxValueKib) (1, first at ${SPANS_AT}[0].attributes[2].value.string_value)`,
      });
      expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(long('ä'.repeat(512)));
      expect(await receivers.registry.metrics()).toContain(
        'valet_receiver_changed_values_total{signal="traces",change="truncated-value"} 1',
      );
    },
  );

  test.each(TRANSPORTS)(
    'OTLP 14: attributes that were dropped are told and counted with nothing rejected: %s',
    async (transport) => {
      const receivers = await start({ maxAttributes: 20, excessAttributes: 'truncate' });
      const list = (count: number) =>
        Array.from({ length: count }, (_, i) => attribute(9, `k${i}`, by.number(2, 1)));
      const build = (count: number) => traces(span(), span({ extra: by.concat(...list(count)) }));
      const outcome = await exporter(receivers, transport)('traces', build(25));
      expect(outcome.partial).toEqual({
        rejected: 0,
        message: `taken with changes: attributes beyond the first 20 of a list were dropped (maxAttributes) (7, first at ${SPANS_AT}[1].attributes[20])`,
      });
      expect(Buffer.from((await receivers.stored('traces'))[0]?.value ?? [])).toEqual(build(18));
      expect(await receivers.registry.metrics()).toContain(
        'valet_receiver_changed_values_total{signal="traces",change="dropped-attribute"} 7',
      );
    },
  );

  test.each(TRANSPORTS)(
    'OTLP 14: times that were moved are told with nothing rejected: %s',
    async (transport) => {
      const receivers = await start({ outOfRangeTimes: 'clamp' });
      const outcome = await exporter(receivers, transport)('logs', logs(logRecord(by.fixed64(1, 1))));
      expect(outcome.partial).toMatchObject({
        rejected: 0,
        message: expect.stringMatching(/were moved into range \(1, first at .*time_unix_nano\)$/),
      });
      expect(await storedRecords(receivers, 'logs')).toHaveLength(1);
    },
  );

  test('OTLP 14: in JSON there is a message and no count', async () => {
    const receivers = await start({ outOfRangeTimes: 'clamp' });
    const answer = await exportJson(
      receivers,
      'logs',
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1"}]}]}]}',
    );
    expect(answer.json).toEqual({
      partialSuccess: { errorMessage: expect.stringMatching(/^taken with changes/) },
    });
  });

  test('OTLP 14: a repeated request is told the same again', async () => {
    const receivers = await start({ maxValueBytes: 1024 });
    const body = traces(span({ extra: attribute(9, 'k', stringValue('x'.repeat(2000))) }));
    const [first, second] = [
      await send(receivers.http('/v1/traces'), body),
      await send(receivers.http('/v1/traces'), body),
    ];
    expect(second?.body).toEqual(first?.body);
    expect(receivers.log.appends).toBe(1);
  });
});
