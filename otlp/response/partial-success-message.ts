import type { Signal } from '../../schemas/names.ts';
import { RECORD_NOUN } from '../../schemas/otlp.ts';
import type { ChangeKind, RejectionReason, Validation } from '../validate/types.ts';

/** The limits a message names; those that are off are never exceeded. */
export interface MessageLimits {
  readonly maxAttributes?: number;
  readonly maxValueBytes?: number;
  /** Most bytes of a record with what is around it, as the log has it. */
  readonly maxRecordBytes?: number;
}

const WORDS: Readonly<Record<RejectionReason, (limits: MessageLimits) => string>> = {
  'invalid-trace-id': () => 'trace_id is not 16 bytes or all zero',
  'invalid-span-id': () => 'span_id is not 8 bytes or all zero',
  'invalid-parent-span-id': () => 'parent_span_id is neither empty nor 8 bytes',
  'too-old': () => 'time is before the retention period',
  'too-far-ahead': () => 'time is more than 24 hours ahead',
  'unspecified-temporality': () => 'aggregation_temporality is neither delta nor cumulative',
  'bucket-mismatch': () => 'bucket_counts do not number one more than explicit_bounds',
  'too-many-attributes': ({ maxAttributes }) => `attributes are more than ${maxAttributes} (maxAttributes)`,
  'value-too-long': ({ maxValueBytes }) => `value is longer than ${maxValueBytes} bytes (maxValueKib)`,
  'too-large-for-log': ({ maxRecordBytes }) =>
    `with its resource and scope it is larger than the ${maxRecordBytes} bytes the log takes at once (max.message.bytes of the topic)`,
};
const CHANGES: Readonly<Record<ChangeKind, (limits: MessageLimits) => string>> = {
  'truncated-value': ({ maxValueBytes }) => `values were cut to ${maxValueBytes} bytes (maxValueKib)`,
  'dropped-attribute': ({ maxAttributes }) =>
    `attributes beyond the first ${maxAttributes} of a list were dropped (maxAttributes)`,
  'moved-time': () =>
    'times before the retention period, missing or more than 24 hours ahead were moved into range',
};

/**
 * Says how many records were rejected and which values changed, why, and where the first of each kind is; '' when
 * all were taken as they are.
 */
export function partialSuccessMessage(
  signal: Signal,
  { records, rejected, rejections, changes }: Validation,
  limits: MessageLimits = {},
): string {
  const reasons = rejections.map(({ reason, count, firstPath }) =>
    tally(WORDS[reason](limits), count, firstPath),
  );
  const changed = changes.map(({ kind, count, firstPath }) => tally(CHANGES[kind](limits), count, firstPath));
  return [
    ...(rejected === 0
      ? []
      : [`${rejected} of ${records} ${RECORD_NOUN[signal]} rejected: ${reasons.join('; ')}`]),
    ...(changed.length === 0 ? [] : [`taken with changes: ${changed.join('; ')}`]),
  ].join('. ');
}

function tally(words: string, count: number, firstPath: string): string {
  return `${words} (${count}, first at ${firstPath})`;
}
