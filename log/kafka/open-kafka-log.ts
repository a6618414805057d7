import type { Logger } from 'pino';
import type { DurableLog } from '../types.ts';
import type { KafkaAddress } from './address.ts';

/** Opens a handle on a log kept by Kafka. */
export async function openKafkaLog(
  address: KafkaAddress,
  options: { readonly logger: Logger },
): Promise<DurableLog> {
  throw new Error(`Cannot open ${address.brokers} ${options.logger.level}`);
}
