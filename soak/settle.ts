import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openLog } from '../log/open-log.ts';
import { GROUP_WRITER, TOPIC_OF_SIGNAL } from '../schemas/names.ts';
import type { Pipeline } from './pipeline.ts';

/** Waits until the writers have stored all spans that are on the log now; false when the time is over. */
export async function settle({ logAddress }: Pipeline, limitMillis: number): Promise<boolean> {
  const log = await openLog(logAddress, { logger: pino({ level: 'silent' }) });
  try {
    const topic = TOPIC_OF_SIGNAL.traces;
    const deadline = performance.now() + limitMillis;
    const partitions = await log.partitionCount(topic);
    for (let partition = 0; partition < partitions; partition++) {
      const of = { topic, partition };
      const { next } = await log.bounds(of);
      while (((await log.committed(GROUP_WRITER, of))?.offset ?? 0) < next) {
        if (performance.now() > deadline) return false;
        await sleep(200);
      }
    }
    return true;
  } finally {
    await log.close();
  }
}
