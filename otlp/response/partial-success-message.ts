import type { Signal } from '../../schemas/names.ts';
import { RECORD_NOUN } from '../../schemas/otlp.ts';
import type { Rejection, RejectionReason, Validation } from '../validate/types.ts';

const WORDS: Readonly<Record<RejectionReason, string>> = {
  'invalid-trace-id': 'trace_id is not 16 bytes or all zero',
  'invalid-span-id': 'span_id is not 8 bytes or all zero',
  'invalid-parent-span-id': 'parent_span_id is neither empty nor 8 bytes',
  'too-old': 'time is before the retention period',
  'too-far-ahead': 'time is more than 24 hours ahead',
  'unspecified-temporality': 'aggregation_temporality is neither delta nor cumulative',
  'bucket-mismatch': 'bucket_counts do not number one more than explicit_bounds',
};

/** Says how many records were rejected, why, and where the first of each kind is; '' when none was. */
export function partialSuccessMessage(signal: Signal, validation: Validation): string {
  if (validation.rejected === 0) return '';
  const reasons = validation.rejections.map(reasonText).join('; ');
  return `${validation.rejected} of ${validation.records} ${RECORD_NOUN[signal]} rejected: ${reasons}`;
}

function reasonText({ reason, count, firstPath }: Rejection): string {
  return `${WORDS[reason]} (${count}, first at ${firstPath})`;
}
