import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from '../log/open-log.ts';
import type { DurableLog } from '../log/types.ts';
import type { ProcessContext } from './process-context.ts';
import { ensureTopics } from './topics.ts';

const MAX_PAUSE_MILLIS = 10_000;

/**
 * Opens the log and makes its topics. A Kafka that does not answer is waited for, `/readyz` says so meanwhile; an
 * embedded log that cannot be opened is an error. Rejects when the process is told to stop.
 */
export async function startLog(context: ProcessContext): Promise<DurableLog> {
  const { configuration, logger, parts, readiness, registry, stopping } = context;
  if (configuration.mode === 'embedded') {
    makeDataDir(configuration.dataDir);
    return await open(context);
  }
  readiness.set('log', () => 'Kafka is being reached');
  for (let pauseMillis = 500; ; pauseMillis = Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS)) {
    try {
      const log = await open(context);
      readiness.set('log', () => undefined);
      return log;
    } catch (error) {
      const problem = `Kafka at ${configuration.kafkaBrokers} cannot be used: ${(error as Error).message}`;
      readiness.set('log', () => problem);
      logger.warn({ err: error }, `${problem}; trying again`);
    }
    await sleep(pauseMillis, undefined, { signal: stopping });
  }

  async function open({ logAddress }: ProcessContext): Promise<DurableLog> {
    const log = await openLog(logAddress, { logger, registry, maintain: true });
    try {
      await ensureTopics(log, configuration);
    } catch (error) {
      await log.close();
      throw error;
    }
    parts.add('log', () => log.close());
    return log;
  }
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    const message = `Cannot make the data directory ${dataDir}: ${(cause as Error).message}; set VALET_DATA_DIR`;
    throw Object.assign(new Error(message, { cause }), { code: (cause as NodeJS.ErrnoException).code });
  }
}
