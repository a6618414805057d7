import type { Logger } from 'pino';
import { baseServer } from './base-server.ts';
import { type OperationsRouteOptions, registerOperationsRoutes } from './routes/operations.ts';
import type { TypedApp } from './typed-app.ts';

/** Options of {@link buildOperations}. */
export interface OperationsOptions extends OperationsRouteOptions {
  readonly logger: Logger;
}

/** The port of a role without an API: `/healthz`, `/readyz`, `/metrics`. It does not listen yet. */
export async function buildOperations({ logger, ...options }: OperationsOptions): Promise<TypedApp> {
  const app = baseServer(logger);
  registerOperationsRoutes(app, options);
  return app;
}
