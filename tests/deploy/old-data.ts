/**
 * Data directories of earlier versions, `old-data/<version>.tar.gz`, and what is in each. A version's is made once, by
 * that version: `node tests/deploy/make-old-data.ts`.
 */
import { SERVICES } from '../../bench/payload/common.ts';
import { generatePayload } from '../../bench/payload/generate.ts';
import { numberedRequests } from '../../bench/payload/numbered-requests.ts';
import type { Signal } from '../../schemas/names.ts';

/** Requests of each signal that were in ClickHouse when the directory was copied. */
export const STORED_REQUESTS = 10;
/** Requests of each signal acknowledged after those, right before the kill -9; most of them only on the log. */
export const WAITING_REQUESTS = 10;
/** Spans, log records or points of one request. */
export const RECORDS = 20;

/** Nothing in the directory ever becomes too old to be kept. */
export const KEEP_ALL = {
  VALET_RETENTION_TRACES_DAYS: '20000',
  VALET_RETENTION_LOGS_DAYS: '20000',
  VALET_RETENTION_METRICS_DAYS: '20000',
  VALET_RETENTION_RESULTS_DAYS: '20000',
  VALET_LOG_RETENTION_HOURS: '400000',
} as const;

/** The SLO in force: every server span is an event, every one without an error a good one. */
export const SLO_NAME = 'kept';
export const SLO_FILE = `apiVersion: openslo/v1
kind: SLO
metadata: { name: ${SLO_NAME}, labels: { valet/dimension: availability } }
spec:
  service: shop
  indicator:
    metadata: { name: ${SLO_NAME} }
    spec:
      ratioMetric:
        counter: true
        good: { metricSource: { type: otlp, spec: { signal: traces, where: span.status.code != STATUS_CODE_ERROR } } }
        total: { metricSource: { type: otlp, spec: { signal: traces, where: span.kind == SPAN_KIND_SERVER } } }
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.99 }]
`;

/** The rows of these requests: Valet's own telemetry is in the tables too. */
export const OLD_DATA_ROWS = `ServiceName IN (${SERVICES.map((name) => `'${name}'`).join(', ')})`;

/** How many of them a table holds when every request is in it once. */
export const TABLE_COUNTS = (requests: number): Readonly<Record<string, number>> => ({
  otel_traces: requests * RECORDS,
  otel_logs: requests * RECORDS,
  otel_metrics_sum: (requests * RECORDS) / 2,
  otel_metrics_gauge: (requests * RECORDS) / 4,
  otel_metrics_histogram: (requests * RECORDS) / 4,
});

/** One request of a signal; the same number gives other bytes for each signal, and another number other ones. */
export function oldDataRequest(signal: Signal, number: number, atMillis: number): Uint8Array<ArrayBuffer> {
  if (signal === 'traces') return numberedRequests(RECORDS, atMillis).request(number);
  const [request] = generatePayload(signal, {
    requests: 1,
    records: RECORDS,
    seed: number + 1,
    baseNanos: BigInt(Math.trunc(atMillis)) * 1_000_000n,
  });
  return new Uint8Array(request ?? []);
}
