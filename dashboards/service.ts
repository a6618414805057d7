import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { TABLES } from '../schemas/names.ts';
import { bars, curves, rows } from './panels.ts';
import { sloColumns, sloRows } from './slo-rows.ts';
import { STATE_COLUMN } from './states.ts';
import { datasourceVariable, queryVariable, variable } from './variables.ts';

const OF_SERVICE = `ServiceName = ${variable('service', 'sqlstring')}`;
/** Spans of requests this service answered. */
const ANSWERED = `$__timeFilter(Timestamp) AND ${OF_SERVICE} AND SpanKind IN ('Server', 'Consumer')`;
/** Spans of requests this service made. */
const ASKED = `$__timeFilter(Timestamp) AND ${OF_SERVICE} AND SpanKind IN ('Client', 'Producer')`;
/** Some writers of these tables keep the name of the protocol's constant. */
const FAILED = "StatusCode IN ('Error', 'STATUS_CODE_ERROR')";

/** One service: its objectives, and the telemetry they are made of. */
export function service(): DashboardBuilder {
  return new DashboardBuilder('Valet: service')
    .uid('valet-service')
    .description('One service: objectives, traffic, errors, latency, dependencies, logs, metrics')
    .tags(['valet', 'service'])
    .timezone('browser')
    .time({ from: 'now-3h', to: 'now' })
    .refresh('1m')
    .readonly()
    .withVariable(datasourceVariable())
    .withVariable(serviceVariable())
    .withPanel(sloTable())
    .withPanel(trafficCurves())
    .withPanel(latencyCurves())
    .withPanel(operationTable())
    .withPanel(dependencyTable())
    .withRow(new RowBuilder('Failures'))
    .withPanel(failedSpanTable())
    .withRow(new RowBuilder('Logs'))
    .withPanel(logBars())
    .withPanel(logTable())
    .withRow(new RowBuilder('Metrics'))
    .withPanel(metricTable());
}

function serviceVariable() {
  return queryVariable(
    'service',
    'Service',
    `SELECT DISTINCT ServiceName FROM ${TABLES.traces} WHERE $__timeFilter(Timestamp) AND ServiceName != ''`,
  );
}

function sloTable() {
  return sloColumns(
    rows({
      title: 'Service level objectives',
      description: 'As of the end of the time range, least budget first.',
      sql: sloRows(`Service = ${variable('service', 'sqlstring')}`),
    }).height(6),
  );
}

function trafficCurves() {
  return curves({
    title: 'Requests and errors',
    description: 'Answered requests a second, and how many of them failed.',
    sql: `SELECT $__timeInterval(Timestamp) AS time, count() / $__interval_s AS requests,
  countIf(${FAILED}) / $__interval_s AS errors
FROM ${TABLES.traces}
WHERE ${ANSWERED}
GROUP BY time
ORDER BY time`,
  })
    .unit('reqps')
    .axisSoftMin(0)
    .overrideByName('errors', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'red' } }]);
}

function latencyCurves() {
  return curves({
    title: 'Latency',
    description: 'Quantiles of the duration of answered requests.',
    sql: `SELECT $__timeInterval(Timestamp) AS time, quantile(0.5)(Duration) / 1e6 AS p50,
  quantile(0.95)(Duration) / 1e6 AS p95, quantile(0.99)(Duration) / 1e6 AS p99
FROM ${TABLES.traces}
WHERE ${ANSWERED}
GROUP BY time
ORDER BY time`,
  })
    .unit('ms')
    .axisSoftMin(0);
}

const SPAN_FIGURES = `count() AS Requests, countIf(${FAILED}) / count() AS Errors,
  quantile(0.5)(Duration) / 1e6 AS p50, quantile(0.95)(Duration) / 1e6 AS p95, max(Duration) / 1e6 AS Slowest`;

function spanColumns(table: ReturnType<typeof rows>) {
  return table
    .span(12)
    .overrideByName('Errors', [{ id: 'unit', value: 'percentunit' }])
    .overrideByRegexp('/^(p50|p95|Slowest)$/', [{ id: 'unit', value: 'ms' }]);
}

function operationTable() {
  return spanColumns(
    rows({
      title: 'Operations',
      description: 'What this service is asked for, most often first.',
      sql: `SELECT SpanName AS Operation, ${SPAN_FIGURES}
FROM ${TABLES.traces}
WHERE ${ANSWERED}
GROUP BY Operation
ORDER BY Requests DESC
LIMIT 50`,
    }),
  );
}

function dependencyTable() {
  return spanColumns(
    rows({
      title: 'Dependencies',
      description: 'What this service asks of others, as its own client spans saw it.',
      sql: `SELECT multiIf(
    SpanAttributes['peer.service'] != '', SpanAttributes['peer.service'],
    SpanAttributes['db.system.name'] != '', SpanAttributes['db.system.name'],
    SpanAttributes['db.system'] != '', SpanAttributes['db.system'],
    SpanAttributes['server.address'] != '', SpanAttributes['server.address'],
    SpanName) AS Dependency, ${SPAN_FIGURES}
FROM ${TABLES.traces}
WHERE ${ASKED}
GROUP BY Dependency
ORDER BY Requests DESC
LIMIT 50`,
    }),
  );
}

function failedSpanTable() {
  return rows({
    title: 'Failed spans',
    description: 'The latest, with their trace ids.',
    sql: `SELECT Timestamp AS Time, TraceId AS Trace, SpanKind AS Kind, SpanName AS Span, Duration / 1e6 AS Duration_ms,
  StatusMessage AS Message
FROM ${TABLES.traces}
WHERE $__timeFilter(Timestamp) AND ${OF_SERVICE} AND ${FAILED}
ORDER BY Timestamp DESC
LIMIT 100`,
  }).overrideByName('Duration_ms', [{ id: 'unit', value: 'ms' }]);
}

function logBars() {
  return bars({
    title: 'Log records',
    description: 'By severity.',
    sql: `SELECT $__timeInterval(Timestamp) AS time, if(SeverityText = '', 'unset', SeverityText) AS severity,
  count() AS records
FROM ${TABLES.logs}
WHERE $__timeFilter(Timestamp) AND ${OF_SERVICE}
GROUP BY time, severity
ORDER BY time, severity`,
  }).span(8);
}

function logTable() {
  return rows({
    title: 'Warnings and errors',
    description: 'Log records of severity WARN (13) and above, newest first.',
    sql: `SELECT Timestamp AS Time, SeverityText AS Severity, Body, TraceId AS Trace
FROM ${TABLES.logs}
WHERE $__timeFilter(Timestamp) AND ${OF_SERVICE} AND SeverityNumber >= 13
ORDER BY Timestamp DESC
LIMIT 100`,
  })
    .height(8)
    .span(16)
    .overrideByName('Severity', STATE_COLUMN);
}

const METRIC_KINDS = [
  ['gauge', TABLES.gauge],
  ['sum', TABLES.sum],
  ['histogram', TABLES.histogram],
  ['exponential histogram', TABLES.expHistogram],
  ['summary', TABLES.summary],
] as const;

function metricTable() {
  const kinds = METRIC_KINDS.map(
    ([kind, table]) => `SELECT '${kind}' AS Kind, MetricName AS Metric, any(MetricUnit) AS Unit,
  uniqExact(cityHash64(Attributes)) AS Series, count() AS Points, max(TimeUnix) AS Last
FROM ${table}
WHERE $__timeFilter(TimeUnix) AND ${OF_SERVICE}
GROUP BY Metric`,
  );
  return rows({
    title: 'Metrics',
    description: 'What this service reports, how many series and points in the time range.',
    sql: `SELECT * FROM (\n${kinds.join('\nUNION ALL\n')}\n)\nORDER BY Metric, Kind`,
  });
}
