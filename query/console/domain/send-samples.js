/** The snippets of the page that tells how to send data and how to query it. */

/**
 * @typedef {{ readonly otlpGrpc: number, readonly otlpHttp: number, readonly sql: number, readonly api: number }} Ports
 * @typedef {{ readonly host: string, readonly ports: Ports }} Target
 */

/** Ports of an instance nobody configured. @type {Ports} */
export const DEFAULT_PORTS = { otlpGrpc: 4317, otlpHttp: 4318, sql: 8123, api: 8080 };

/** Environment of any OpenTelemetry SDK. @param {Target} target */
export function sdkSample({ host, ports }) {
  return `export OTEL_SERVICE_NAME=checkout
export OTEL_EXPORTER_OTLP_ENDPOINT=http://${host}:${ports.otlpHttp}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_COMPRESSION=gzip
export OTEL_TRACES_EXPORTER=otlp
export OTEL_METRICS_EXPORTER=otlp
export OTEL_LOGS_EXPORTER=otlp`;
}

/** The same over gRPC. @param {Target} target */
export function sdkGrpcSample({ host, ports }) {
  return `export OTEL_EXPORTER_OTLP_ENDPOINT=http://${host}:${ports.otlpGrpc}
export OTEL_EXPORTER_OTLP_PROTOCOL=grpc`;
}

/** A Collector's exporter. @param {Target} target */
export function collectorSample({ host, ports }) {
  return `exporters:
  otlp/valet:
    endpoint: ${host}:${ports.otlpGrpc}
    compression: gzip
    tls:
      insecure: true
    sending_queue:
      block_on_overflow: true

service:
  pipelines:
    traces:  { receivers: [otlp], exporters: [otlp/valet] }
    metrics: { receivers: [otlp], exporters: [otlp/valet] }
    logs:    { receivers: [otlp], exporters: [otlp/valet] }`;
}

/** One span by hand. The ids and times are made by the shell, so the line can be sent again. @param {Target} target */
export function curlSample({ host, ports }) {
  return `now=$(date +%s)
trace_id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')
span_id=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')
curl -sS http://${host}:${ports.otlpHttp}/v1/traces \\
  -H 'content-type: application/json' \\
  --data-binary @- <<JSON
{ "resourceSpans": [{
    "resource": { "attributes": [
      { "key": "service.name", "value": { "stringValue": "hello" } } ] },
    "scopeSpans": [{ "spans": [{
      "traceId": "$trace_id", "spanId": "$span_id",
      "name": "GET /hello", "kind": 2,
      "startTimeUnixNano": "\${now}000000000",
      "endTimeUnixNano": "\${now}042000000",
      "status": { "code": 1 } }] }] }] }
JSON`;
}

/** Asking by SQL with nothing but curl. @param {Target} target */
export function sqlCurlSample({ host, ports }) {
  return `curl -sS 'http://${host}:${ports.sql}/' --data-binary \\
  'SELECT ServiceName, count() FROM otel_traces GROUP BY 1 FORMAT PrettyCompact'`;
}

/** Questions worth asking, each with its title. @type {readonly { readonly title: string, readonly sql: string }[]} */
export const QUERIES = [
  {
    title: 'Slowest operations of the last hour',
    sql: `SELECT ServiceName, SpanName,
  count() AS spans,
  round(quantile(0.99)(Duration) / 1e6, 1) AS p99_ms
FROM otel_traces
WHERE Timestamp > now() - INTERVAL 1 HOUR
GROUP BY ServiceName, SpanName
ORDER BY p99_ms DESC
LIMIT 20`,
  },
  {
    title: 'Failed spans by service and minute',
    sql: `SELECT toStartOfMinute(Timestamp) AS minute, ServiceName,
  countIf(StatusCode = 'Error') AS failed,
  count() AS spans
FROM otel_traces
WHERE Timestamp > now() - INTERVAL 1 HOUR
GROUP BY minute, ServiceName
ORDER BY minute DESC, failed DESC`,
  },
  {
    title: 'Budget left of every SLO, as last computed',
    sql: `SELECT Slo, Objective,
  argMax(RemainingRatio, Time) AS remaining,
  argMax(State, Time) AS state
FROM valet_budgets
GROUP BY Slo, Objective
ORDER BY remaining`,
  },
  {
    title: 'Error logs with their trace',
    sql: `SELECT Timestamp, ServiceName, Body, TraceId
FROM otel_logs
WHERE SeverityNumber >= 17
  AND Timestamp > now() - INTERVAL 1 HOUR
ORDER BY Timestamp DESC
LIMIT 50`,
  },
];

/** A definition to start from. */
export const SLO_SAMPLE = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout-errors
  displayName: Checkout answers without errors
  annotations: { valet/dimension: errors }
spec:
  service: checkout
  indicator:
    metadata: { name: checkout-errors }
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: otlp
            spec:
              signal: traces
              where: span.status.code != STATUS_CODE_ERROR
        total:
          metricSource:
            type: otlp
            spec:
              signal: traces
              where: >-
                resource.attributes["service.name"] == "checkout"
                and span.kind == SPAN_KIND_SERVER
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.999 }]`;
