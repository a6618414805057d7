/** Puts the API together; it does not listen yet, so tests can inject requests. */

import type { AddressInfo } from 'node:net';
import swagger from '@fastify/swagger';
import { hostCheck } from '../host-check.ts';
import { baseServer } from './base-server.ts';
import { ApiProblem } from './errors.ts';
import { registerApiMetrics } from './metrics.ts';
import type { QueryOptions } from './options.ts';
import { registerDemoRoutes } from './routes/demo.ts';
import { registerListRoutes } from './routes/lists.ts';
import { registerOperationsRoutes } from './routes/operations.ts';
import { registerSloRoutes } from './routes/slos.ts';
import { registerUpdateRoutes } from './routes/updates.ts';
import { ServiceList } from './service-list.ts';
import { registerStaticFiles } from './static-files.ts';
import type { TypedApp } from './typed-app.ts';
import { UpdateHub } from './update-hub.ts';

/** The API with all its routes. Closing it ends the streams of updates. */
export async function buildServer(options: QueryOptions): Promise<TypedApp> {
  const app = baseServer(options.logger);
  registerHostCheck(app, options);
  registerNumberCheck(app);
  // Text is no switch of the demo's either: it is answered 415, as every other foreign type.
  app.removeContentTypeParser('text/plain');
  const updates = updateHub(app, options);
  registerApiMetrics(app, options.registry, () => updates.clients);
  await registerDescription(app, options);
  registerRoutes(app, options, updates);
  await registerStaticFiles(app, options.consoleDir);
  return app;
}

function registerHostCheck(app: TypedApp, options: QueryOptions): void {
  const allowed = hostCheck(options);
  app.addHook('onRequest', async (request) => {
    if (!allowed(request.headers.host)) {
      throw new ApiProblem('wrong-host', 'This name in the Host header is not one of this server');
    }
  });
}

/** The validator takes `points=Infinity` for an integer, and then looks at no bound of it. */
function registerNumberCheck(app: TypedApp): void {
  app.addHook('preHandler', async ({ query }) => {
    for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
      if (typeof value === 'number' && !Number.isFinite(value)) {
        throw new ApiProblem('bad-request', `querystring ${name} must be a finite number`);
      }
    }
  });
}

function updateHub(app: TypedApp, { now, maxUpdateClients = 200, onUpdate }: QueryOptions): UpdateHub {
  const updates = new UpdateHub({ now, maxClients: maxUpdateClients });
  const unsubscribe = onUpdate(() => updates.changed());
  app.addHook('preClose', async () => {
    unsubscribe();
    updates.close();
  });
  return updates;
}

async function registerDescription(app: TypedApp, { info }: QueryOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Valet',
        version: info.version,
        description:
          'Service levels, error budgets, burn rates and alerts. Errors are problem documents (RFC 9457).',
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `schema-${i}`) },
  });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.send(app.swagger()),
  );
}

function registerRoutes(app: TypedApp, options: QueryOptions, updates: UpdateHub): void {
  const { view, store, now, logger, tenant = '', registry, ready, demoControlUrl, info } = options;
  const readsWithoutTenant = tenant === '' && options.acceptsForeignTables === true;
  const services = new ServiceList({ store, view, tenant, readsWithoutTenant, now, logger });
  const ownMetrics = async () => ({ contentType: registry.contentType, text: await registry.metrics() });
  registerSloRoutes(app, { view, now });
  registerListRoutes(app, {
    view,
    services,
    info: () => ({
      ...info,
      ports: { ...info.ports, api: portOf(app, info.ports.api) },
      demo: demoControlUrl !== '',
    }),
  });
  registerDemoRoutes(app, demoControlUrl);
  registerOperationsRoutes(app, { ready, metrics: options.metrics ?? ownMetrics });
  registerUpdateRoutes(app, updates);
}

/** The port in use, which differs from the configured one when that is 0. */
function portOf(app: TypedApp, configured: number): number {
  const address = app.server.address() as AddressInfo | string | null;
  return typeof address === 'object' && address !== null ? address.port : configured;
}
