import { pino } from 'pino';
import { type LogAddress, openLog } from '../../log/open-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { prefixedLog } from '../log/kafka/prefixed-log.ts';
import { type FromChild, type Step, stoppingLog } from './stopping-log.ts';

/** What a child process is told. */
export interface ChildTask {
  readonly address: LogAddress;
  /** Before every topic and group. */
  readonly prefix: string;
  readonly storeUrl: string;
  readonly stopAt?: Step;
}

/** The log of the task; it stops where it is told to. */
export async function openTaskLog({ address, prefix, stopAt }: ChildTask): Promise<DurableLog> {
  const log = await openLog(address, { logger: pino({ level: 'silent' }) });
  return stoppingLog(prefixedLog(log, prefix), stopAt, say);
}

/** Tells the parent. */
export function say(message: FromChild): void {
  process.send?.(message);
}

// Nobody is left behind by a test that ends early.
process.once('disconnect', () => process.exit(0));
