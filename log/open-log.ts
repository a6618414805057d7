import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { KafkaAddress } from './kafka/address.ts';
import { openKafkaLog } from './kafka/open-kafka-log.ts';
import { repeatCounter } from './kafka/produce/repeat-counter.ts';
import { openLmdbLog } from './lmdb/open-lmdb-log.ts';
import type { DurableLog } from './types.ts';

/** Where a log is; plain data, so that it can be handed to a worker thread. */
export type LogAddress = LmdbAddress | KafkaAddress;

/** The embedded log. */
export interface LmdbAddress {
  readonly kind: 'lmdb';
  /** Its directory. */
  readonly path: string;
}

/** What a handle needs beside the address. */
export interface OpenLogOptions {
  readonly logger: Logger;
  /** This handle applies retention to an embedded log; one per log does. @default false */
  readonly maintain?: boolean;
  /** Takes the metrics of the log's adapter, named `valet_log_…`. @default nobody asks */
  readonly registry?: Registry;
}

/** Opens a handle on the log at the address. */
export function openLog(
  address: LogAddress,
  { logger, registry, maintain = false }: OpenLogOptions,
): Promise<DurableLog> {
  // The page of metrics has the same families whichever log it is.
  const repeats = repeatCounter(registry);
  if (address.kind === 'kafka') return openKafkaLog(address, { logger, repeats });
  return openLmdbLog({ path: address.path, logger, maintain });
}
