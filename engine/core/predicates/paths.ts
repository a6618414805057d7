/** The paths a condition may read, per signal, with OTTL's names and types. */
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import type { EnumFamily } from './enums.ts';

/**
 * What a path yields. `any` is an AnyValue: compared by its parsed number with a number, else by its string form.
 * `id` is lower-case hex, zeros when absent, as OTTL's `.string` forms. `duration` is nanoseconds.
 */
export type PathType = 'any' | 'string' | 'id' | 'number' | 'enum' | 'duration';

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
  /** Not in any table. */
  readonly streamOnly?: true;
}

const attributes = { type: 'any', keyed: true, nullable: true } as const;
const traces = ['traces'] as const;
const logs = ['logs'] as const;
const metrics = ['metrics'] as const;

export const PATHS = [
  { path: 'resource.attributes', signals: SIGNALS, ...attributes },
  { path: 'scope.name', signals: SIGNALS, type: 'string' },
  { path: 'scope.version', signals: SIGNALS, type: 'string' },
  { path: 'scope.attributes', signals: SIGNALS, ...attributes },
  { path: 'span.attributes', signals: traces, ...attributes },
  { path: 'span.name', signals: traces, type: 'string' },
  { path: 'span.kind', signals: traces, type: 'enum', family: 'SPAN_KIND' },
  { path: 'span.status.code', signals: traces, type: 'enum', family: 'STATUS_CODE' },
  { path: 'span.status.message', signals: traces, type: 'string' },
  { path: 'span.duration', signals: traces, type: 'duration' },
  { path: 'span.trace_id.string', signals: traces, type: 'id', idBytes: 16 },
  { path: 'span.span_id.string', signals: traces, type: 'id', idBytes: 8 },
  { path: 'span.parent_span_id.string', signals: traces, type: 'id', idBytes: 8 },
  { path: 'span.trace_state', signals: traces, type: 'string' },
  { path: 'span.flags', signals: traces, type: 'number', streamOnly: true },
  { path: 'log.attributes', signals: logs, ...attributes },
  { path: 'log.body', signals: logs, type: 'any' },
  { path: 'log.severity_number', signals: logs, type: 'enum', family: 'SEVERITY_NUMBER' },
  { path: 'log.severity_text', signals: logs, type: 'string' },
  { path: 'log.event_name', signals: logs, type: 'string' },
  { path: 'log.trace_id.string', signals: logs, type: 'id', idBytes: 16 },
  { path: 'log.span_id.string', signals: logs, type: 'id', idBytes: 8 },
  { path: 'metric.name', signals: metrics, type: 'string' },
  { path: 'metric.description', signals: metrics, type: 'string' },
  { path: 'metric.unit', signals: metrics, type: 'string' },
  { path: 'metric.type', signals: metrics, type: 'enum', family: 'METRIC_DATA_TYPE' },
  { path: 'datapoint.attributes', signals: metrics, ...attributes },
  { path: 'datapoint.value_double', signals: metrics, type: 'number', nullable: true },
  { path: 'datapoint.value_int', signals: metrics, type: 'number', nullable: true },
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
