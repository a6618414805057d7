import type { AddressInfo } from 'node:net';
import type { QueryOptions } from './options.ts';
import { buildServer } from './server.ts';

export interface QueryServer {
  readonly port: number;
  /** Stops listening and ends the streams of updates. */
  close(): Promise<void>;
}

/** Starts the API and the console. Rejects when the port cannot be bound. */
export async function startQuery(options: QueryOptions): Promise<QueryServer> {
  const app = await buildServer(options);
  await app.listen({ host: options.host, port: options.port });
  return {
    port: (app.server.address() as AddressInfo).port,
    close: () => app.close(),
  };
}
