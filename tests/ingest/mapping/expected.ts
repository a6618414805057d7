/** What the tables must hold for the models of telemetry: the mapping, written a second time and plainly. */
import type {
  ModelAttributes,
  ModelGroup,
  ModelLog,
  ModelSpan,
  ModelValue,
} from '../../otlp/columns/model.ts';

type Pairs = readonly (readonly [string, string])[];

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];

function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return `${value}`;
  return `json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`;
}

export function textOf(value: ModelValue): string {
  switch (value.kind) {
    case 'empty':
      return '';
    case 'double':
      return doubleText(value.value);
    case 'bytes':
      return Buffer.from(value.value).toString('base64');
    default:
      return `${value.value}`;
  }
}

export function pairsOf(attributes: ModelAttributes): Pairs {
  return attributes
    .map(([key, value]) => [key, textOf(value)] as const)
    .toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

function serviceOf(resource: ModelAttributes): string {
  const found = resource.find(([key]) => key === 'service.name');
  return found === undefined ? '' : textOf(found[1]);
}

export function expectedSpans(groups: readonly ModelGroup<ModelSpan>[], tenant: string): object[] {
  return groups.flatMap((group) =>
    group.records.map((span) => ({
      TenantId: tenant,
      Timestamp: `${span.start}`,
      TraceId: span.traceId,
      SpanId: span.spanId,
      ParentSpanId: span.parentSpanId,
      TraceState: span.traceState,
      SpanName: span.name,
      SpanKind: KINDS[span.kind],
      ServiceName: serviceOf(group.resource),
      ResourceAttributes: pairsOf(group.resource),
      ScopeName: group.scopeName,
      ScopeVersion: group.scopeVersion,
      ScopeAttributes: pairsOf(group.scopeAttributes),
      SpanAttributes: pairsOf(span.attributes),
      Duration: span.end === 0n || span.end < span.start ? '0' : `${span.end - span.start}`,
      StatusCode: STATUSES[span.statusCode],
      StatusMessage: span.statusMessage,
      'Events.Timestamp': span.events.map((event) => `${BigInt.asIntN(64, event.time)}`),
      'Events.Name': span.events.map((event) => event.name),
      'Events.Attributes': span.events.map((event) => pairsOf(event.attributes)),
      'Links.TraceId': span.links.map((link) => link.traceId),
      'Links.SpanId': span.links.map((link) => link.spanId),
      'Links.TraceState': span.links.map((link) => link.traceState),
      'Links.Attributes': span.links.map((link) => pairsOf(link.attributes)),
    })),
  );
}

export function expectedLogs(groups: readonly ModelGroup<ModelLog>[], tenant: string): object[] {
  return groups.flatMap((group) =>
    group.records.map((log) => ({
      TenantId: tenant,
      Timestamp: `${log.time === 0n ? log.observed : log.time}`,
      TraceId: log.traceId,
      SpanId: log.spanId,
      TraceFlags: log.flags % 256,
      SeverityText: log.severityText,
      SeverityNumber: log.severityNumber,
      ServiceName: serviceOf(group.resource),
      Body: textOf(log.body),
      ResourceSchemaUrl: group.resourceSchemaUrl,
      ResourceAttributes: pairsOf(group.resource),
      ScopeSchemaUrl: group.scopeSchemaUrl,
      ScopeName: group.scopeName,
      ScopeVersion: group.scopeVersion,
      ScopeAttributes: pairsOf(group.scopeAttributes),
      LogAttributes: pairsOf(log.attributes),
      EventName: log.eventName,
    })),
  );
}
