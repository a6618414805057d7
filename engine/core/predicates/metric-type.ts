import { ENUMS } from './enums.ts';
import type { PointKind } from './types.ts';

const TYPES = ENUMS.METRIC_DATA_TYPE;

const METRIC_TYPE_OF: Readonly<Record<PointKind, number>> = {
  gauge: TYPES.METRIC_DATA_TYPE_GAUGE,
  sum: TYPES.METRIC_DATA_TYPE_SUM,
  histogram: TYPES.METRIC_DATA_TYPE_HISTOGRAM,
  expHistogram: TYPES.METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM,
  summary: TYPES.METRIC_DATA_TYPE_SUMMARY,
};

/** The number `metric.type` has for every point of a table. */
export function metricTypeOf(table: PointKind): number {
  return METRIC_TYPE_OF[table];
}
