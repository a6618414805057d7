import type { BatchBase } from '../../../otlp/columns/types.ts';

/** What rows take from their requests, row by row. */
export interface RowOwners {
  /** Index into the batch's requests. */
  readonly requestOf: Uint32Array;
  /** When the row's request was appended to the log, in milliseconds. */
  readonly appended: Float64Array;
}

/** The requests of rows, whose scopes are given. */
export function ownersOfRows(batch: BatchBase, scopes: Uint32Array, count: number): RowOwners {
  const requestOfScope = new Uint32Array(batch.scopes.count);
  for (let scope = 0; scope < requestOfScope.length; scope++)
    requestOfScope[scope] = batch.resources.request[batch.scopes.resource[scope] as number] as number;
  const appendedOf = Float64Array.from(batch.requests, ({ appendedMillis }) => appendedMillis);
  const requestOf = new Uint32Array(count);
  const appended = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const request = requestOfScope[scopes[row] as number] as number;
    requestOf[row] = request;
    appended[row] = appendedOf[request] as number;
  }
  return { requestOf, appended };
}
