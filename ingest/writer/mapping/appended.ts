import type { BatchBase } from '../../../otlp/columns/types.ts';

/** Row by row, when the row's request was appended to the log, in milliseconds; `scopes` are the rows' scopes. */
export function appendedOfRows(batch: BatchBase, scopes: Uint32Array, count: number): Float64Array {
  const ofScope = new Float64Array(batch.scopes.count);
  for (let scope = 0; scope < ofScope.length; scope++) {
    const resource = batch.scopes.resource[scope] as number;
    const request = batch.resources.request[resource] as number;
    ofScope[scope] = batch.requests[request]?.appendedMillis as number;
  }
  const appended = new Float64Array(count);
  for (let row = 0; row < count; row++) appended[row] = ofScope[scopes[row] as number] as number;
  return appended;
}
