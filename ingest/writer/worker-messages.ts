/** What the main thread and the writer's worker say to each other. */
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { StoreEndpoint } from '../../store/types.ts';
import type { BackoffOptions } from './backoff.ts';
import type { RowPolicy } from './mapping/types.ts';
import type { BatchLimits } from './types.ts';

/** `workerData` of `main.ts`. */
export interface WriterWorkerData {
  /** Directory of the LMDB log. */
  readonly logPath: string;
  readonly endpoint: StoreEndpoint;
  readonly policy: RowPolicy;
  /** Of pino. */
  readonly logLevel: string;
  readonly limits?: Partial<BatchLimits>;
  readonly backoff?: Pick<BackoffOptions, 'baseMillis' | 'maxMillis'>;
}

/** A registry's metrics as values that can be posted: `AggregatorRegistry.aggregate` takes a list of them. */
export type PostedMetrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** To the worker. `drain`: store what is under way, commit, and end. */
export type ToWriter = { readonly type: 'drain' } | { readonly type: 'metrics'; readonly id: number };

/** From the worker. */
export type FromWriter = { readonly type: 'metrics'; readonly id: number; readonly metrics: PostedMetrics };
