/** Which tables of metric points have a path; in the others it is nil. */
import type { PathName } from './paths.ts';
import type { PointKind } from './types.ts';

const BUCKETS = ['histogram', 'expHistogram'] as const;

const TABLES: Readonly<Partial<Record<PathName, readonly PointKind[]>>> = {
  'metric.aggregation_temporality': ['sum', ...BUCKETS],
  'metric.is_monotonic': ['sum'],
  'datapoint.value_double': ['gauge', 'sum'],
  'datapoint.value_int': ['gauge', 'sum'],
  'datapoint.count': [...BUCKETS, 'summary'],
  'datapoint.sum': [...BUCKETS, 'summary'],
  'datapoint.min': BUCKETS,
  'datapoint.max': BUCKETS,
  'datapoint.scale': ['expHistogram'],
  'datapoint.zero_count': ['expHistogram'],
  'datapoint.positive.offset': ['expHistogram'],
  'datapoint.negative.offset': ['expHistogram'],
};

/** True when points of the table have the path; for paths that are not of points, always. */
export function tableHas(table: PointKind, path: PathName): boolean {
  return TABLES[path]?.includes(table) ?? true;
}
