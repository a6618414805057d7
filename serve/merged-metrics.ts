/** The metrics of all roles of a process as one page. */
import { AggregatorRegistry, type OpenMetricsContentType, Registry } from 'prom-client';
import type { PostedMetrics } from '../schemas/worker-messages.ts';
import type { RoleWorker } from './role-worker.ts';

/** OpenMetrics text of the registry of this thread and those of the workers. */
export async function mergedMetrics(
  registry: Registry,
  workers: readonly Pick<RoleWorker, 'metrics'>[],
): Promise<{ readonly contentType: string; readonly text: string }> {
  const own: PostedMetrics = await registry.getMetricsAsJSON();
  const others = await Promise.all(workers.map((worker) => worker.metrics()));
  const merged = AggregatorRegistry.aggregate<OpenMetricsContentType>([own, ...others].map(withFamilyNames));
  merged.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return { contentType: merged.contentType, text: await merged.metrics() };
}

/** In OpenMetrics a counter's family has no suffix; its samples get `_total` when they are written. */
function withFamilyNames(metrics: PostedMetrics): object[] {
  return metrics.map((metric) =>
    String(metric.type) === 'counter' ? { ...metric, name: metric.name.replace(/_total$/, '') } : metric,
  );
}
