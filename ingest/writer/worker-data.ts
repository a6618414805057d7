/** What the writer's worker thread is told. */
import type { LogAddress } from '../../log/open-log.ts';
import type { StoreEndpoint } from '../../store/types.ts';
import type { BackoffOptions } from './backoff.ts';
import type { RowPolicy } from './mapping/types.ts';
import type { StallsOptions } from './stalls.ts';
import type { BatchLimits } from './types.ts';

/** `workerData` of `main.ts`. */
export interface WriterWorkerData {
  readonly log: LogAddress;
  readonly endpoint: StoreEndpoint;
  readonly policy: RowPolicy;
  /** Of pino. */
  readonly logLevel: string;
  readonly limits?: Partial<BatchLimits>;
  readonly backoff?: Pick<BackoffOptions, 'baseMillis' | 'maxMillis'>;
  readonly stalls?: Pick<StallsOptions, 'afterMillis'>;
}
