/** The rows of tests/…/batches.ts as rows of our tables, in an engine inside the test process. */
import { Session } from 'chdb';
import { valueText } from '../../../../../otlp/columns/value-text.ts';
import {
  type Attributes,
  type LogRow,
  logBatch,
  type PointRow,
  type SpanRow,
  type Value,
} from './batches.ts';

const MAP = 'Map(LowCardinality(String), String)';
const SHARED = `i UInt32, ServiceName LowCardinality(String), ResourceAttributes ${MAP}, ScopeName String, ScopeVersion String, ScopeAttributes ${MAP}`;
const TABLES = {
  spans: `${SHARED}, SpanAttributes ${MAP}, SpanName LowCardinality(String), SpanKind LowCardinality(String), StatusCode LowCardinality(String), StatusMessage String, Duration UInt64, TraceId String, SpanId String, ParentSpanId String, TraceState String`,
  logs: `${SHARED}, LogAttributes ${MAP}, Body String, SeverityNumber UInt8, SeverityText LowCardinality(String), EventName String, TraceId String, SpanId String`,
  points: `${SHARED}, MetricName LowCardinality(String), MetricDescription String, MetricUnit String, Attributes ${MAP}, Value Float64`,
} as const;
export type TableName = keyof typeof TABLES;

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];

/** Answers expressions row by row. One at a time in a process. */
export class Tables {
  readonly #session = new Session();

  constructor() {
    for (const [name, columns] of Object.entries(TABLES)) {
      this.#session.query(`CREATE TABLE ${name} (${columns}) ENGINE = Memory`, 'CSV');
    }
  }

  /** For each expression the answers of all rows; a NULL or another number than 0 and 1 is an error. */
  answers(
    table: TableName,
    rows: readonly Readonly<Record<string, unknown>>[],
    expressions: readonly string[],
  ) {
    this.#session.query(`TRUNCATE TABLE ${table}`, 'CSV');
    const lines = rows.map((row, i) => JSON.stringify({ i, ...row })).join('\n');
    this.#session.query(`INSERT INTO ${table} FORMAT JSONEachRow ${lines}`, 'CSV');
    const columns = expressions.map((sql, index) => `${sql} AS p${index}`).join(', ');
    const result = String(
      this.#session.query(`SELECT ${columns} FROM ${table} ORDER BY i`, 'JSONCompactEachRow'),
    );
    const table2 = result
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown[]);
    return expressions.map((sql, index) =>
      table2.map((row) => {
        const answer = row[index];
        if (answer !== 0 && answer !== 1) throw new Error(`${sql} gave ${String(answer)}`);
        return answer === 1;
      }),
    );
  }

  close(): void {
    this.#session.cleanup();
  }
}

/** A value's string form, by the helper the writer uses. */
export function textOf(value: Value): string {
  const { source, body } = logBatch([{ body: value }]);
  const [kind = 0, start = 0, end = 0] = [body.kinds[0], body.starts[0], body.ends[0]];
  return valueText(source, kind, start, end);
}

function mapOf(attributes: Attributes = []): Record<string, string> {
  return Object.fromEntries(attributes.map(([key, value]) => [key, textOf(value)]));
}

function shared(row: SpanRow | LogRow | PointRow) {
  const resource = mapOf(row.resource);
  return {
    ServiceName: resource['service.name'] ?? '',
    ResourceAttributes: resource,
    ScopeName: row.scopeName ?? '',
    ScopeVersion: row.scopeVersion ?? '',
    ScopeAttributes: mapOf(row.scope),
  };
}

export function spanRow(row: SpanRow) {
  const { start = 0n, end = 0n } = row;
  return {
    ...shared(row),
    SpanAttributes: mapOf(row.attributes),
    SpanName: row.name ?? '',
    SpanKind: KINDS[row.kind ?? 0],
    StatusCode: STATUSES[row.statusCode ?? 0],
    StatusMessage: row.statusMessage ?? '',
    Duration: String(end > start ? end - start : 0n),
    TraceId: row.traceId ?? '',
    SpanId: row.spanId ?? '',
    ParentSpanId: row.parentSpanId ?? '',
    TraceState: row.traceState ?? '',
  };
}

export function logRow(row: LogRow) {
  return {
    ...shared(row),
    LogAttributes: mapOf(row.attributes),
    Body: textOf(row.body ?? null),
    SeverityNumber: row.severityNumber ?? 0,
    SeverityText: row.severityText ?? '',
    EventName: row.eventName ?? '',
    TraceId: row.traceId ?? '',
    SpanId: row.spanId ?? '',
  };
}

export function pointRow(row: PointRow) {
  return {
    ...shared(row),
    MetricName: row.metric ?? '',
    MetricDescription: row.description ?? '',
    MetricUnit: row.unit ?? '',
    Attributes: mapOf(row.attributes),
    Value: Number.isFinite(row.value ?? 0)
      ? (row.value ?? 0)
      : String(row.value).toLowerCase().replace('infinity', 'inf'),
  };
}
