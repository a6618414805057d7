import type { AddressInfo } from 'node:net';
import { buildOperations } from '../query/api/operations-server.ts';
import { mergedMetrics } from './merged-metrics.ts';
import type { ProcessContext } from './process-context.ts';

/** Opens the API port of a process without the query role: `/healthz`, `/readyz` and `/metrics`. */
export async function startOperationsPort(context: ProcessContext): Promise<{ readonly port: number }> {
  const { configuration, registry, workers, readiness, logger, parts } = context;
  const app = await buildOperations({
    ready: () => readiness.now(),
    metrics: () => mergedMetrics(registry, workers),
    logger,
  });
  await app.listen({ host: configuration.host, port: configuration.apiPort });
  parts.add('operations', () => app.close());
  return { port: (app.server.address() as AddressInfo).port };
}
