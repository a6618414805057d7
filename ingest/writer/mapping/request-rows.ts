import {
  type AttributesColumn,
  type Batch,
  type MetricBatch,
  NONE,
  type SliceColumn,
} from '../../../otlp/columns/types.ts';
import { repeatedBytes, rowBytes } from '../../../otlp/validate/stored-size.ts';

/** What the requests of a batch become, request by request. */
export interface RequestRows {
  /** Rows, of all tables together. */
  readonly rows: Uint32Array;
  /** About how many bytes they are: what the request holds, and what each row repeats of resource, scope and metric. */
  readonly bytes: Float64Array;
}

/**
 * Counts a batch's rows by request. A small request can become a huge block (otlp/validate/stored-size.ts); here the
 * rows are known, whoever wrote the request, and what they repeat is looked at once per resource, scope and metric.
 */
export function requestRows(batch: Batch, sizes: readonly number[]): RequestRows {
  const { scopes, resources } = batch;
  const rows = new Uint32Array(batch.requests.length);
  const bytes = Float64Array.from(sizes);
  const requestOf = (scope: number) => resources.request[scopes.resource[scope] as number] as number;
  const add = (request: number, more: number) => {
    bytes[request] = (bytes[request] as number) + more;
  };
  let rowsOfScope: Uint32Array;
  if (batch.signal === 'metrics') {
    const { metrics } = batch;
    const rowsOfMetric = rowsOfMetrics(batch);
    rowsOfScope = new Uint32Array(scopes.count);
    for (let metric = 0; metric < metrics.count; metric++) {
      const scope = metrics.scope[metric] as number;
      const count = rowsOfMetric[metric] as number;
      rowsOfScope[scope] = (rowsOfScope[scope] as number) + count;
      add(requestOf(scope), count * metricBytes(batch, metric));
    }
  } else rowsOfScope = countsOf(batch.scope, batch.count, scopes.count);
  const resourceBytes = new Float64Array(resources.count);
  for (let resource = 0; resource < resources.count; resource++)
    resourceBytes[resource] = attributesBytes(resources.attributes, resource);
  for (let scope = 0; scope < scopes.count; scope++) {
    const count = rowsOfScope[scope] as number;
    const request = requestOf(scope);
    rows[request] = (rows[request] as number) + count;
    const inherited = (resourceBytes[scopes.resource[scope] as number] as number) + scopeBytes(batch, scope);
    add(request, count * rowBytes(inherited, 0));
  }
  return { rows, bytes };
}

/** How many of the first `count` rows each parent has. */
function countsOf(parentOf: Uint32Array, count: number, parents: number): Uint32Array {
  const counts = new Uint32Array(parents);
  for (let row = 0; row < count; row++) {
    const parent = parentOf[row] as number;
    counts[parent] = (counts[parent] as number) + 1;
  }
  return counts;
}

function rowsOfMetrics({ metrics, gauge, sum, histogram, expHistogram, summary }: MetricBatch): Uint32Array {
  const total = new Uint32Array(metrics.count);
  for (const { count, metric } of [gauge, sum, histogram, expHistogram, summary])
    countsOf(metric, count, metrics.count).forEach((rows, index) => {
      total[index] = (total[index] as number) + rows;
    });
  return total;
}

function metricBytes({ metrics }: MetricBatch, metric: number): number {
  return sliceLength(metrics.description, metric) + sliceLength(metrics.unit, metric);
}

function scopeBytes({ scopes }: Batch, scope: number): number {
  const texts = sliceLength(scopes.name, scope) + sliceLength(scopes.version, scope);
  return texts + attributesBytes(scopes.attributes, scope);
}

function attributesBytes({ offsets, keys, values }: AttributesColumn, row: number): number {
  const from = offsets[row] as number;
  const until = offsets[row + 1] as number;
  let bytes = 0;
  for (let entry = from; entry < until; entry++)
    bytes += keys.dictionary.bytes(keys.ids[entry] as number).length + sliceLength(values, entry);
  return repeatedBytes(bytes, until - from);
}

function sliceLength({ starts, ends }: SliceColumn, row: number): number {
  const start = starts[row] as number;
  return start === NONE ? 0 : (ends[row] as number) - start;
}
