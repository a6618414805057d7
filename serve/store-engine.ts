import { startEmbedded } from '../store/embedded/start-embedded.ts';
import type { StoreEndpoint } from '../store/types.ts';
import type { ProcessContext } from './process-context.ts';

/** Starts the embedded ClickHouse engine; `/readyz` tells while it is not there. */
export async function startStoreEngine(context: ProcessContext): Promise<StoreEndpoint> {
  const { configuration, logger, parts, readiness } = context;
  const embedded = await startEmbedded({
    dataDir: configuration.dataDir,
    memoryMib: configuration.clickhouseMemoryMib,
    logger: logger.child({ role: 'store' }),
  });
  parts.add('ClickHouse', () => embedded.close());
  readiness.set('ClickHouse', () =>
    embedded.state === 'ready' ? undefined : `ClickHouse is ${embedded.state}`,
  );
  return embedded.endpoint;
}
