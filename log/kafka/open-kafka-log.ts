import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { DurableLog } from '../types.ts';
import type { KafkaAddress } from './address.ts';
import { checkVersions } from './check-versions.ts';
import { Cluster } from './cluster/cluster.ts';
import type { TlsMaterial } from './cluster/connections.ts';
import { KafkaLog } from './kafka-log.ts';
import { type RepeatCounter, repeatCounter } from './produce/repeat-counter.ts';

/** Options of {@link openKafkaLog}. */
export interface OpenKafkaLogOptions {
  readonly logger: Logger;
  /** Counts what the handle appends again. @default one that nobody reads */
  readonly repeats?: RepeatCounter;
}

/**
 * Opens a handle on a log kept by Kafka. Throws a `LogError` `log-failed` when no broker can be reached in 20 s, lets
 * this user in, and is new enough.
 */
export async function openKafkaLog(
  address: KafkaAddress,
  { logger, repeats = repeatCounter(undefined) }: OpenKafkaLogOptions,
): Promise<DurableLog> {
  const tls = address.tls && (await readTls(address.tls));
  const cluster = new Cluster(address, { logger, repeats, ...(tls && { tls }) });
  try {
    const { tellsDisks } = await checkVersions(cluster);
    return new KafkaLog({ cluster, address, logger, tellsDisks });
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

async function readTls({
  caFile,
  certFile,
  keyFile,
}: NonNullable<KafkaAddress['tls']>): Promise<TlsMaterial> {
  return {
    ...(caFile ? { ca: await readFile(caFile) } : {}),
    ...(certFile ? { cert: await readFile(certFile) } : {}),
    ...(keyFile ? { key: await readFile(keyFile) } : {}),
  };
}
