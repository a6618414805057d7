/** What the engine's worker thread is told. */
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
