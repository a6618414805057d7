import type { Signal } from '../../../schemas/names.ts';
import { OTLP_MESSAGES, type OtlpMessageName, REQUEST_MESSAGE } from '../../../schemas/otlp.ts';
import { decode } from './decode.ts';

/** A record, and everything that is said around it. */
export interface Leaf {
  readonly record: Readonly<Record<string, unknown>>;
  readonly around: readonly unknown[];
}

const RECORDS: readonly OtlpMessageName[] = [
  'Span',
  'LogRecord',
  'NumberDataPoint',
  'HistogramDataPoint',
  'ExponentialHistogramDataPoint',
  'SummaryDataPoint',
];

/** A request's records in order, each with its resource, scope and metric; fields OTLP does not know are left out. */
export function leavesOf(signal: Signal, bytes: Uint8Array): readonly Leaf[] {
  return leaves(REQUEST_MESSAGE[signal], decode(REQUEST_MESSAGE[signal], bytes, { skipUnknown: true }), []);
}

function leaves(
  name: OtlpMessageName,
  fields: Readonly<Record<string, unknown>>,
  around: readonly unknown[],
): readonly Leaf[] {
  const holding = OTLP_MESSAGES[name].filter((field) => holdsRecords(field.type));
  const own = Object.fromEntries(
    Object.entries(fields).filter(([key]) => !holding.some((field) => field.name === key)),
  );
  return holding.flatMap((field) => {
    const child = (field.type as { message: OtlpMessageName }).message;
    const found = fields[field.name];
    const children = (found === undefined ? [] : field.repeated ? found : [found]) as Record<
      string,
      unknown
    >[];
    return children.flatMap((one) =>
      RECORDS.includes(child)
        ? [{ record: one, around: [...around, own] }]
        : leaves(child, one, [...around, own]),
    );
  });
}

function holdsRecords(type: unknown): boolean {
  if (typeof type !== 'object' || type === null) return false;
  const { message } = type as { message: OtlpMessageName };
  if (RECORDS.includes(message)) return true;
  return /^(Resource(Spans|Metrics|Logs)|Scope(Spans|Metrics|Logs)|Metric|Gauge|Sum|Histogram|ExponentialHistogram|Summary)$/.test(
    message,
  );
}
