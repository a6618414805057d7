/** What the engine's worker thread is told, and what it says. */
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { StoreEndpoint } from '../store/types.ts';

/** `workerData` of `main.ts`. */
export interface EngineWorkerData {
  /** Directory of the LMDB log. */
  readonly logPath: string;
  /** Where results go. */
  readonly endpoint: StoreEndpoint;
  readonly sloDir: string;
  readonly latenessSeconds: number;
  /** Of pino. */
  readonly logLevel: string;
}

/** To the worker. `drain`: write a last checkpoint and end. */
export type ToEngine = { readonly type: 'drain' } | { readonly type: 'metrics'; readonly id: number };

/** From the worker: the registry as values that can be posted. */
export interface FromEngine {
  readonly type: 'metrics';
  readonly id: number;
  readonly metrics: readonly MetricObjectWithValues<MetricValue<string>>[];
}
