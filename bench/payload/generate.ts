import type { Signal } from '../../schemas/names.ts';
import { BASE_NANOS } from './common.ts';
import { logRequest } from './logs.ts';
import { metricRequest } from './metrics.ts';
import { Random } from './random.ts';
import { traceRequest } from './traces.ts';

/** What to generate. */
export interface PayloadOptions {
  readonly requests: number;
  /** Records in a request; a multiple of 5, as they spread over five resources. @default 1000 */
  readonly records?: number;
  /** @default 1 */
  readonly seed?: number;
  /** Start of the records' times, nanoseconds since the epoch; they lie in the ten seconds after it. @default BASE_NANOS */
  readonly baseNanos?: bigint;
}

/** Encoded `Export<Signal>ServiceRequest`s, the same for the same options. */
export function generatePayload(signal: Signal, options: PayloadOptions): Uint8Array[] {
  const { requests, records = 1000, seed = 1, baseNanos = BASE_NANOS } = options;
  const random = new Random(seed);
  return Array.from({ length: requests }, (_, request) => {
    const position = { request, records, baseNanos };
    if (signal === 'traces') return traceRequest(random, position);
    return signal === 'logs' ? logRequest(random, position) : metricRequest(random, position);
  });
}
