import { Gauge, Histogram, type Registry } from 'prom-client';
import type { TypedApp } from './typed-app.ts';

/** Times every request by its route's pattern, so that names in paths make no new series. */
export function registerApiMetrics(app: TypedApp, registry: Registry, updateClients: () => number): void {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'valet_api_request_seconds',
    help: 'Time from an API request to its answer, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
    registers,
  });
  new Gauge({
    name: 'valet_api_update_clients',
    help: 'Clients listening for updates',
    registers,
    collect() {
      this.set(updateClients());
    },
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    seconds.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
  });
}
