import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { DurableLog } from '../types.ts';
import type { KafkaAddress } from './address.ts';
import { checkVersions } from './check-versions.ts';
import { Cluster } from './cluster/cluster.ts';
import type { TlsMaterial } from './cluster/connections.ts';
import { KafkaLog } from './kafka-log.ts';

/**
 * Opens a handle on a log kept by Kafka. Throws a `LogError` `log-failed` when no broker can be reached in 20 s, lets
 * this user in, and is new enough.
 */
export async function openKafkaLog(
  address: KafkaAddress,
  { logger }: { readonly logger: Logger },
): Promise<DurableLog> {
  const tls = address.tls && (await readTls(address.tls));
  const cluster = new Cluster(address, tls ? { logger, tls } : { logger });
  try {
    await checkVersions(cluster);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return new KafkaLog({ cluster, address, logger });
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
