/** Parts of a definition as shown. */

/** @import {RatioIndicator} from '../../../engine/core/types.ts' */

/**
 * The counted sets of an indicator, as written, with what each means.
 * @param {RatioIndicator} indicator
 */
export function countedSets(indicator) {
  const sets = [{ title: 'Counted', source: indicator.total }];
  if (indicator.good !== undefined) sets.push({ title: 'Good, of those', source: indicator.good });
  if (indicator.bad !== undefined) sets.push({ title: 'Bad, of those', source: indicator.bad });
  return sets;
}

/**
 * SQL that shows the spans of some traces.
 * @param {readonly string[]} traceIds hex
 */
export function traceQuery(traceIds) {
  const ids = traceIds.filter((id) => /^[0-9a-f]+$/i.test(id)).map((id) => `'${id}'`);
  return `SELECT Timestamp, ServiceName, SpanName, StatusCode, Duration / 1e6 AS ms\nFROM otel_traces\nWHERE TraceId IN (${ids.join(', ')})\nORDER BY TraceId, Timestamp`;
}
