/** The rows of tests/…/batches.ts as rows of our tables, in an engine inside the test process. */
import { Session } from 'chdb';
import { valueText } from '../../../../../otlp/columns/value-text.ts';
import { APPENDED_MILLIS, logBatch } from './batches.ts';
import type { Attributes, LogRow, PointRow, SpanRow, Value } from './rows.ts';

const MAP = 'Map(LowCardinality(String), String)';
/** A time, which is inserted as its nanoseconds. */
const time = (column: string) =>
  `${column}Nanos Int64, ${column} DateTime64(9) DEFAULT fromUnixTimestamp64Nano(${column}Nanos)`;
const EVENTS = `EventNanos Array(Int64), \`Events.Timestamp\` Array(DateTime64(9)) DEFAULT arrayMap(nanos -> fromUnixTimestamp64Nano(nanos), EventNanos), \`Events.Name\` Array(LowCardinality(String)), \`Events.Attributes\` Array(${MAP})`;
const SHARED = `i UInt32, ResourceSchemaUrl String, ScopeSchemaUrl String, ScopeDroppedAttrCount UInt32, ServiceName LowCardinality(String), ResourceAttributes ${MAP}, ScopeName String, ScopeVersion String, ScopeAttributes ${MAP}`;
const TABLES = {
  spans: `${SHARED}, SpanAttributes ${MAP}, SpanName LowCardinality(String), SpanKind LowCardinality(String), StatusCode LowCardinality(String), StatusMessage String, Duration UInt64, TraceId String, SpanId String, ParentSpanId String, TraceState String, ${time('Timestamp')}, ${EVENTS}`,
  logs: `${SHARED}, LogAttributes ${MAP}, Body String, SeverityNumber UInt8, SeverityText LowCardinality(String), EventName String, TraceId String, SpanId String, ${time('Timestamp')}, TraceFlags UInt8`,
  points: `${SHARED}, MetricName LowCardinality(String), MetricDescription String, MetricUnit String, Attributes ${MAP}, Value Float64, ${time('StartTimeUnix')}, ${time('TimeUnix')}, Flags UInt32, AggregationTemporality Int32, IsMonotonic Bool, Count UInt64, Sum Float64, Min Float64, Max Float64, Scale Int32, ZeroCount UInt64, PositiveOffset Int32, NegativeOffset Int32`,
} as const;
export type TableName = keyof typeof TABLES;

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];

type TableRow = Readonly<Record<string, unknown>>;

/** Answers expressions row by row. One at a time in a process. */
export class Tables {
  readonly #session = new Session();

  constructor() {
    for (const [name, columns] of Object.entries(TABLES)) {
      this.#session.query(`CREATE TABLE ${name} (${columns}) ENGINE = Memory`, 'CSV');
    }
  }

  /** For each condition the answers of all rows; a NULL or another number than 0 and 1 is an error. */
  answers(table: TableName, rows: readonly TableRow[], conditions: readonly string[]) {
    return this.values(table, rows, conditions).map((column, index) =>
      column.map((answer) => {
        if (answer !== 0 && answer !== 1) throw new Error(`${conditions[index]} gave ${String(answer)}`);
        return answer === 1;
      }),
    );
  }

  /** For each expression the values of all rows; infinities are the texts `inf` and `-inf`. */
  values(table: TableName, rows: readonly TableRow[], expressions: readonly string[]): unknown[][] {
    this.#session.query(`TRUNCATE TABLE ${table}`, 'CSV');
    const lines = rows.map((row, i) => JSON.stringify({ i, ...row })).join('\n');
    this.#session.query(`INSERT INTO ${table} FORMAT JSONEachRow ${lines}`, 'CSV');
    const columns = expressions.map((sql, index) => `${sql} AS p${index}`).join(', ');
    const quoted = 'SETTINGS output_format_json_quote_denormals = 1';
    const result = String(
      this.#session.query(`SELECT ${columns} FROM ${table} ORDER BY i ${quoted}`, 'JSONCompactEachRow'),
    );
    const lists = result
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown[]);
    return expressions.map((_, index) => lists.map((list) => list[index]));
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
    ResourceSchemaUrl: row.resourceSchemaUrl ?? '',
    ScopeSchemaUrl: row.scopeSchemaUrl ?? '',
    ScopeDroppedAttrCount: row.scopeDroppedAttributesCount ?? 0,
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
    TimestampNanos: String(start),
    EventNanos: row.events?.map(({ time = 0n }) => String(time)) ?? [],
    'Events.Name': row.events?.map(({ name = '' }) => name) ?? [],
    'Events.Attributes': row.events?.map(({ attributes }) => mapOf(attributes)) ?? [],
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
    TimestampNanos: String(row.time || row.observed || BigInt(APPENDED_MILLIS) * 1_000_000n),
    TraceFlags: (row.flags ?? 0) & 0xff,
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
    Value: numberOf(row.value),
    StartTimeUnixNanos: String(row.start ?? 0n),
    TimeUnixNanos: String(row.time ?? 0n),
    Flags: row.flags ?? 0,
    AggregationTemporality: row.temporality ?? 0,
    IsMonotonic: row.isMonotonic ?? false,
    Count: String(row.count ?? 0n),
    Sum: numberOf(row.sum),
    Min: numberOf(row.min),
    Max: numberOf(row.max),
    Scale: row.scale ?? 0,
    ZeroCount: String(row.zeroCount ?? 0n),
    PositiveOffset: row.positiveOffset ?? 0,
    NegativeOffset: row.negativeOffset ?? 0,
  };
}

function numberOf(value = 0): number | string {
  return Number.isFinite(value) ? value : String(value).toLowerCase().replace('infinity', 'inf');
}
