/** What the engine's worker thread is told. */
import type { LogAddress } from '../log/open-log.ts';
import type { StoreEndpoint } from '../store/types.ts';
import type { DeliveryOptions } from './delivery/types.ts';

/** `workerData` of `main.ts`. */
export interface EngineWorkerData {
  readonly log: LogAddress;
  /** Where results go. */
  readonly endpoint: StoreEndpoint;
  /** Where alerts go; absent: nowhere. */
  readonly delivery?: DeliveryOptions;
  readonly sloDir: string;
  /** Refuses SLO files that deviate from OpenSLO. @default false */
  readonly sloStrict?: boolean;
  readonly latenessSeconds: number;
  /** Of pino. */
  readonly logLevel: string;
}
