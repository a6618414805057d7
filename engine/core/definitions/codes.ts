import type { PredicateErrorCode } from '../predicates/errors.ts';

/** What can be wrong with an SLO file. Stable; listed in docs/errors.md. Conditions add the predicate codes. */
export const DEFINITION_PROBLEM_CODES = [
  'file-too-large',
  'yaml-syntax',
  'yaml-alias',
  'yaml-too-deep',
  'too-many-problems',
  'unsupported-version',
  'unknown-kind',
  'unknown-property',
  'missing-property',
  'wrong-type',
  'invalid-value',
  'invalid-name',
  'text-too-long',
  'too-few-items',
  'too-many-items',
  'duplicate-name',
  'unknown-service',
  'unknown-reference',
  'broken-reference',
  'reference-count',
  'unknown-indicator',
  'broken-indicator',
  'indicator-count',
  'good-or-bad',
  'signal-mismatch',
  'time-window-count',
  'invalid-duration',
  'window-out-of-range',
  'rolling-or-calendar',
  'invalid-calendar',
  'invalid-time-slices',
  'invalid-exclusion',
  'target-count',
  'invalid-target',
  'unknown-severity',
  'invalid-threshold',
  'alert-policies-and-tiers',
  'invalid-tier',
  'duplicate-tier',
  'tier-unreachable',
  'tier-too-long',
  'tier-too-short',
  'tier-below-one',
  'unknown-extension',
  'invalid-extension',
  'unsupported-alert-when',
  'unsupported-composite',
  'unsupported-data-source',
  'unsupported-gauge-ratio',
  'unsupported-metric-source',
  'unsupported-raw-ratio',
  'unsupported-threshold-metric',
] as const;

/** What OpenSLO has otherwise: refused when files are read strictly, else warned about. */
export const DEVIATION_CODES = [
  'deviation-alert-after',
  'deviation-alert-when',
  'deviation-counter',
  'deviation-duration',
  'deviation-empty',
  'deviation-key',
  'deviation-name',
  'deviation-operator',
  'deviation-target',
] as const;

export type DeviationCode = (typeof DEVIATION_CODES)[number];
export type DefinitionProblemCode =
  | (typeof DEFINITION_PROBLEM_CODES)[number]
  | DeviationCode
  | PredicateErrorCode;
