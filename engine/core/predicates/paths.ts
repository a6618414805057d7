/** The paths a condition may read, per signal, with OTTL's names and types. */
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import type { EnumFamily } from './enums.ts';

/**
 * What a path yields. `any` is an AnyValue: read as a number where a number is wanted, else by its string form. `id` is
 * lower-case hex, zeros when absent, as OTTL's `.string` forms. `count`, `duration` and `time` are whole 64-bit numbers,
 * the latter two of nanoseconds.
 */
export type PathType = 'any' | 'string' | 'id' | 'number' | 'enum' | 'flag' | 'count' | 'duration' | 'time';

/** One path of the language. */
export interface PathSpec {
  readonly path: string;
  readonly signals: readonly Signal[];
  readonly type: PathType;
  /** Takes `["key"]`. */
  readonly keyed?: true;
  /** May be nil. */
  readonly nullable?: true;
  /** Of `enum` paths. */
  readonly family?: EnumFamily;
  /** Of `id` paths: length in bytes. */
  readonly idBytes?: number;
  /** Of `number` paths: always whole. */
  readonly whole?: true;
  /** Signals whose tables do not hold it. */
  readonly streamOnly?: readonly Signal[];
}

const attributes = { type: 'any', keyed: true, nullable: true } as const;
const integer = { type: 'number', whole: true } as const;
const traces = ['traces'] as const;
const logs = ['logs'] as const;
const metrics = ['metrics'] as const;

export const PATHS = [
  { path: 'resource.attributes', signals: SIGNALS, ...attributes },
  { path: 'resource.schema_url', signals: SIGNALS, type: 'string', streamOnly: traces },
  { path: 'scope.name', signals: SIGNALS, type: 'string' },
  { path: 'scope.version', signals: SIGNALS, type: 'string' },
  { path: 'scope.attributes', signals: SIGNALS, ...attributes },
  { path: 'scope.schema_url', signals: SIGNALS, type: 'string', streamOnly: traces },
  { path: 'scope.dropped_attributes_count', signals: SIGNALS, ...integer, streamOnly: ['traces', 'logs'] },
  { path: 'span.attributes', signals: traces, ...attributes },
  { path: 'span.name', signals: traces, type: 'string' },
  { path: 'span.kind', signals: traces, type: 'enum', family: 'SPAN_KIND' },
  { path: 'span.status.code', signals: traces, type: 'enum', family: 'STATUS_CODE' },
  { path: 'span.status.message', signals: traces, type: 'string' },
  { path: 'span.duration', signals: traces, type: 'duration' },
  { path: 'span.start_time', signals: traces, type: 'time' },
  { path: 'span.end_time', signals: traces, type: 'time' },
  { path: 'span.start_time_unix_nano', signals: traces, type: 'count' },
  { path: 'span.end_time_unix_nano', signals: traces, type: 'count' },
  { path: 'span.trace_id.string', signals: traces, type: 'id', idBytes: 16 },
  { path: 'span.span_id.string', signals: traces, type: 'id', idBytes: 8 },
  { path: 'span.parent_span_id.string', signals: traces, type: 'id', idBytes: 8 },
  { path: 'span.trace_state', signals: traces, type: 'string' },
  { path: 'span.flags', signals: traces, ...integer, streamOnly: traces },
  { path: 'spanevent.attributes', signals: traces, ...attributes },
  { path: 'spanevent.name', signals: traces, type: 'string', nullable: true },
  { path: 'spanevent.time', signals: traces, type: 'time', nullable: true },
  { path: 'spanevent.time_unix_nano', signals: traces, type: 'count', nullable: true },
  { path: 'log.attributes', signals: logs, ...attributes },
  { path: 'log.body', signals: logs, type: 'any' },
  { path: 'log.severity_number', signals: logs, type: 'enum', family: 'SEVERITY_NUMBER' },
  { path: 'log.severity_text', signals: logs, type: 'string' },
  { path: 'log.event_name', signals: logs, type: 'string' },
  { path: 'log.time', signals: logs, type: 'time' },
  { path: 'log.time_unix_nano', signals: logs, type: 'count' },
  { path: 'log.observed_time', signals: logs, type: 'time', streamOnly: logs },
  { path: 'log.observed_time_unix_nano', signals: logs, type: 'count', streamOnly: logs },
  { path: 'log.flags', signals: logs, ...integer },
  { path: 'log.trace_id.string', signals: logs, type: 'id', idBytes: 16 },
  { path: 'log.span_id.string', signals: logs, type: 'id', idBytes: 8 },
  { path: 'metric.name', signals: metrics, type: 'string' },
  { path: 'metric.description', signals: metrics, type: 'string' },
  { path: 'metric.unit', signals: metrics, type: 'string' },
  { path: 'metric.type', signals: metrics, type: 'enum', family: 'METRIC_DATA_TYPE' },
  {
    path: 'metric.aggregation_temporality',
    signals: metrics,
    type: 'enum',
    family: 'AGGREGATION_TEMPORALITY',
    nullable: true,
  },
  { path: 'metric.is_monotonic', signals: metrics, type: 'flag', nullable: true },
  { path: 'datapoint.attributes', signals: metrics, ...attributes },
  { path: 'datapoint.value_double', signals: metrics, type: 'number', nullable: true },
  { path: 'datapoint.value_int', signals: metrics, type: 'number', nullable: true },
  { path: 'datapoint.start_time', signals: metrics, type: 'time' },
  { path: 'datapoint.start_time_unix_nano', signals: metrics, type: 'count' },
  { path: 'datapoint.time', signals: metrics, type: 'time' },
  { path: 'datapoint.time_unix_nano', signals: metrics, type: 'count' },
  { path: 'datapoint.flags', signals: metrics, ...integer },
  { path: 'datapoint.count', signals: metrics, type: 'count', nullable: true },
  { path: 'datapoint.sum', signals: metrics, type: 'number', nullable: true },
  { path: 'datapoint.min', signals: metrics, type: 'number', nullable: true },
  { path: 'datapoint.max', signals: metrics, type: 'number', nullable: true },
  { path: 'datapoint.scale', signals: metrics, ...integer, nullable: true },
  { path: 'datapoint.zero_count', signals: metrics, type: 'count', nullable: true },
  { path: 'datapoint.positive.offset', signals: metrics, ...integer, nullable: true },
  { path: 'datapoint.negative.offset', signals: metrics, ...integer, nullable: true },
] as const satisfies readonly PathSpec[];

export type PathName = (typeof PATHS)[number]['path'];

const SPECS: ReadonlyMap<string, PathSpec & { readonly path: PathName }> = new Map(
  PATHS.map((spec) => [spec.path, spec]),
);

/** The specification of a path in its written form, with OTTL's older name of the scope also taken. */
export function pathSpec(path: string): (PathSpec & { readonly path: PathName }) | undefined {
  return SPECS.get(path.replace(/^instrumentation_scope\./, 'scope.'));
}

/** The paths of one signal, in the order of the documentation. */
export function pathsOf(signal: Signal): readonly PathName[] {
  return PATHS.filter((spec) => (spec.signals as readonly Signal[]).includes(signal)).map(
    (spec) => spec.path,
  );
}

/** True for what belongs to an event of a span: a condition over it is asked of every event. */
export function isEventPath(path: PathName): boolean {
  return path.startsWith('spanevent.');
}
