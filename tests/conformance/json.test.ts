/** OTLP, section 5: JSON, as it is on the log afterwards. Numbers are those of docs/otlp.md. */
import { describe, expect, test } from 'vitest';
import { start } from '../ingest/receiver/support/start.ts';
import { NOW_MILLIS, NOW_NANOS } from '../otlp/support/payloads.ts';
import { exportJson } from './support/exchange.ts';
import { storedRecords } from './support/stored.ts';

const NANOS = `${NOW_MILLIS}000000`;
const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';
const IDS = `"traceId":"${TRACE_ID}","spanId":"${SPAN_ID}"`;
const ofSpan = (fields: string) => `{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields}}]}]}]}`;
const ofMetric = (fields: string) => `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{${fields}}]}]}]}`;

/** Sends a span with these members beside ids and start; what is stored of it. */
async function span(members: string): Promise<Record<string, unknown>> {
  const receivers = await start();
  const answer = await exportJson(
    receivers,
    'traces',
    ofSpan(`${IDS},"startTimeUnixNano":"${NANOS}"${members}`),
  );
  expect([answer.status, answer.message]).toEqual([200, '']);
  return (await storedRecords(receivers, 'traces'))[0] as Record<string, unknown>;
}

async function metric(members: string): Promise<Record<string, unknown>> {
  const receivers = await start();
  const answer = await exportJson(receivers, 'metrics', ofMetric(members));
  expect([answer.status, answer.message]).toEqual([200, '']);
  return (await storedRecords(receivers, 'metrics'))[0] as Record<string, unknown>;
}

/** Sends a span that is no OTLP; the field that is told. */
async function refused(fields: string): Promise<{ readonly field: string; readonly description: string }> {
  const receivers = await start();
  const answer = await exportJson(receivers, 'traces', ofSpan(fields));
  expect(answer.status).toBe(400);
  expect(receivers.log.appends).toBe(0);
  const [detail] = answer.json['details'] as { fieldViolations: { field: string; description: string }[] }[];
  return detail?.fieldViolations[0] as { field: string; description: string };
}

describe('OTLP/JSON', () => {
  test('OTLP 25: ids are hexadecimal of either case, in links and exemplars too, and never base64', async () => {
    const link = `{"traceId":"${TRACE_ID.toUpperCase()}","spanId":"Eee19B7ec3c1B174"}`;
    expect(await span(`,"parentSpanId":"${SPAN_ID.toUpperCase()}","links":[${link}]`)).toMatchObject({
      trace_id: TRACE_ID,
      parent_span_id: SPAN_ID,
      links: [{ trace_id: TRACE_ID, span_id: SPAN_ID }],
    });
    const exemplar = `{"traceId":"${TRACE_ID}","spanId":"${SPAN_ID.toUpperCase()}"}`;
    const stored = await metric(
      `"gauge":{"dataPoints":[{"timeUnixNano":"${NANOS}","exemplars":[${exemplar}]}]}`,
    );
    expect(stored).toMatchObject({
      gauge: { data_points: [{ exemplars: [{ trace_id: TRACE_ID, span_id: SPAN_ID }] }] },
    });
    expect((await refused('"traceId":"W47/95gDgQPSabYzgT/GDA=="')).field).toMatch(/spans\[0\]\.traceId$/);
  });

  test('OTLP 26: enums are integers, and a name is refused with its place', async () => {
    expect(await span(',"kind":2,"status":{"code":1}')).toMatchObject({ kind: 2n, status: { code: 1n } });
    expect(await refused('"kind":"SPAN_KIND_SERVER"')).toMatchObject({
      field: '$.resourceSpans[0].scopeSpans[0].spans[0].kind',
      description: expect.stringMatching(/an integer, not a name/),
    });
  });

  test('OTLP 27: names are in lowerCamelCase, others are fields nobody knows', async () => {
    expect(await span(',"trace_state":"x","end_time_unix_nano":"7"')).toEqual({
      trace_id: TRACE_ID,
      span_id: SPAN_ID,
      start_time_unix_nano: NOW_NANOS,
    });
  });

  test('OTLP 28: unknown fields of any shape are ignored', async () => {
    const unknown = ',"x":{"y":[1,{"z":null},"\\u0041",true,-1.5e3]},"w":[],"name":"n"';
    expect(await span(unknown)).toMatchObject({ name: 'n' });
  });

  test.each(['string', 'number'])('OTLP 29: 64-bit integers are exact as %s', async (form) => {
    const number = (value: string) => (form === 'string' ? `"${value}"` : value);
    const last = `${NOW_MILLIS}000001`;
    expect(
      await span(
        `,"endTimeUnixNano":${number(last)},"attributes":[{"key":"k","value":{"intValue":${number('-9223372036854775807')}}}]`,
      ),
    ).toMatchObject({
      end_time_unix_nano: BigInt(last),
      attributes: [{ value: { int_value: BigInt.asUintN(64, -9223372036854775807n) } }],
    });
    const point = `{"timeUnixNano":${number(NANOS)},"count":${number('9007199254740993')},"bucketCounts":[${number('9007199254740993')}]}`;
    expect(await metric(`"histogram":{"aggregationTemporality":2,"dataPoints":[${point}]}`)).toMatchObject({
      histogram: { data_points: [{ count: 9007199254740993n, bucket_counts: [9007199254740993n] }] },
    });
    const sum = `"sum":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":${number(NANOS)},"asInt":${number('9007199254740993')}}]}`;
    expect(await metric(sum)).toMatchObject({ sum: { data_points: [{ as_int: 9007199254740993n }] } });
  });

  test.each(['+/8=', '-_8', '-_8='])(
    'OTLP 30: bytesValue is base64, standard or URL-safe: %s',
    async (text) => {
      expect(await span(`,"attributes":[{"key":"k","value":{"bytesValue":"${text}"}}]`)).toMatchObject({
        attributes: [{ value: { bytes_value: 'fbff' } }],
      });
    },
  );

  test('OTLP 31: doubles are numbers, or "NaN", "Infinity" and "-Infinity"', async () => {
    const points = ['1.5e-3', '"NaN"', '"Infinity"', '"-Infinity"', '"2.5"'].map(
      (value) => `{"timeUnixNano":"${NANOS}","asDouble":${value}}`,
    );
    const stored = await metric(`"gauge":{"dataPoints":[${points}]}`);
    const { data_points: found } = stored['gauge'] as { data_points: { as_double: number }[] };
    expect(found.map(({ as_double: value }) => value)).toEqual([
      0.0015,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2.5,
    ]);
  });

  test('OTLP 32: what is missing or null is the default, and a value without a member the empty value', async () => {
    const members =
      ',"name":null,"status":null,"kind":null,"events":null,"attributes":[{"key":"e","value":{}},{"key":"n","value":null}]';
    expect(await span(members)).toEqual({
      trace_id: TRACE_ID,
      span_id: SPAN_ID,
      start_time_unix_nano: NOW_NANOS,
      attributes: [{ key: 'e', value: {} }, { key: 'n' }],
    });
  });

  test('OTLP 33: members come in any order, and text is UTF-8 only', async () => {
    const receivers = await start();
    const reversed = `{"name":"käse 😀","startTimeUnixNano":${NANOS},"spanId":"${SPAN_ID}","traceId":"${TRACE_ID}"}`;
    const text = `\n{"resourceSpans" : [{"scopeSpans":[{"spans":[${reversed}]}],"resource":{"attributes":[]}}]}\r\n`;
    expect((await exportJson(receivers, 'traces', text)).message).toBe('');
    expect(await storedRecords(receivers, 'traces')).toMatchObject([{ name: 'käse 😀', trace_id: TRACE_ID }]);
    const latin1 = Buffer.from(ofSpan('"name":"k\u00e4se"'), 'latin1');
    const answer = await exportJson(receivers, 'traces', latin1);
    expect(answer.status).toBe(400);
    expect(answer.json['message']).toMatch(/not UTF-8/);
  });
});
