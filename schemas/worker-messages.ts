/** What the main thread and a role's worker thread say to each other. */
import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** To the worker. `drain`: finish what is under way, commit, and end. */
export type ToWorker = { readonly type: 'drain' } | { readonly type: 'metrics'; readonly id: number };

/** A registry's metrics as values that can be posted: prom-client's `getMetricsAsJSON`. */
export type PostedMetrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** From the worker: the answer to the `metrics` message of that id, or what keeps it from its work from now on. */
export type FromWorker =
  | { readonly type: 'metrics'; readonly id: number; readonly metrics: PostedMetrics }
  | { readonly type: 'problem'; readonly problem: string | undefined };
