/** What receivers are set to: a request is judged by one of these policies. */
import type { RecordPolicy } from '../otlp/validate/types.ts';
import { NOW_MILLIS, rangeAt } from './moment.ts';

/** Names of the policies, as they stand in corpus files. */
export const POLICY_NAMES = ['plain', 'clamp', 'reject', 'truncate', 'pieces', 'all'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

const MAX_VALUE_BYTES = 130;
const RANGE = rangeAt(NOW_MILLIS);

/** The policies at {@link NOW_MILLIS}; limits are low, so that small requests meet them. */
export const POLICIES: Readonly<Record<PolicyName, RecordPolicy>> = {
  plain: RANGE,
  clamp: { ...RANGE, clampMillis: NOW_MILLIS },
  reject: { ...RANGE, maxAttributes: 2, maxValueBytes: MAX_VALUE_BYTES },
  truncate: {
    ...RANGE,
    maxAttributes: 2,
    excessAttributes: 'truncate',
    maxValueBytes: MAX_VALUE_BYTES,
    overLongValues: 'truncate',
  },
  pieces: { ...RANGE, maxPieceBytes: 400 },
  all: {
    ...RANGE,
    clampMillis: NOW_MILLIS,
    maxAttributes: 3,
    excessAttributes: 'truncate',
    maxValueBytes: MAX_VALUE_BYTES,
    overLongValues: 'truncate',
    maxPieceBytes: 600,
  },
};
