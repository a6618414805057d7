/** The metrics of all roles of a process as one page. */
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { RoleWorker } from './role-worker.ts';

/** OpenMetrics text of the registry of this thread and those of the workers. */
export async function mergedMetrics(
  registry: Registry,
  workers: readonly RoleWorker[],
): Promise<{ readonly contentType: string; readonly text: string }> {
  const own = await registry.getMetricsAsJSON();
  const others = await Promise.all(workers.map((worker) => worker.metrics()));
  const merged = AggregatorRegistry.aggregate([own, ...others.map((metrics) => [...metrics])]);
  return { contentType: merged.contentType, text: await merged.metrics() };
}
