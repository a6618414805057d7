import { hostname } from 'node:os';
import { metrics } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { DurableLog } from '../../log/types.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { PostedMetrics } from '../../schemas/worker-messages.ts';
import type { ProcessContext } from '../process-context.ts';
import { LogExporter } from './log-exporter.ts';
import { HEALTH_METRICS, type HealthMetric, type HealthPoint, PipelineHealth } from './pipeline-health.ts';
import { PrometheusProducer } from './prometheus-producer.ts';

/**
 * Sends this process's metrics through the pipeline they tell of, at every interval: they can be queried like any
 * other service's, and `slos/valet.yaml` is evaluated on them. The meter provider is also OpenTelemetry's global one.
 */
export function startSelfTelemetry(context: ProcessContext, log: DurableLog): void {
  const { configuration, roles, parts } = context;
  const { selfTelemetrySeconds } = configuration;
  if (selfTelemetrySeconds === 0) return;
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': 'valet',
      'service.version': packageJson.version,
      'service.instance.id': `${hostname()}:${process.pid}`,
      'valet.roles': [...roles].join(','),
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new LogExporter(log),
        exportIntervalMillis: selfTelemetrySeconds * 1000,
        exportTimeoutMillis: selfTelemetrySeconds * 1000,
        metricProducers: [new PrometheusProducer(() => registriesOf(context), Date.now())],
      }),
    ],
  });
  metrics.setGlobalMeterProvider(provider);
  observeHealth(async () => (await registriesOf(context)).flat());
  parts.add('self-telemetry', () => provider.shutdown());
}

async function registriesOf({ registry, workers }: ProcessContext): Promise<readonly PostedMetrics[]> {
  const own: PostedMetrics = await registry.getMetricsAsJSON();
  return [own, ...(await Promise.all(workers.map((worker) => worker.metrics())))];
}

/** The derived points, as OpenTelemetry instruments. */
function observeHealth(snapshot: () => Promise<PostedMetrics>): void {
  const meter = metrics.getMeter('valet');
  const health = new PipelineHealth();
  const gauges = Object.entries(HEALTH_METRICS).map(([metric, { name, unit, description }]) => {
    return [metric as HealthMetric, meter.createObservableGauge(name, { unit, description })] as const;
  });
  meter.addBatchObservableCallback(
    async (result) => {
      const points: readonly HealthPoint[] = health.observe(await snapshot());
      for (const [metric, gauge] of gauges)
        for (const { signal, value } of points.filter((candidate) => candidate.metric === metric))
          result.observe(gauge, value, { signal });
    },
    gauges.map(([, gauge]) => gauge),
  );
}
