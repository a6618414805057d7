/** `/healthz`, `/readyz` and `/metrics`. */
import type { FastifyBaseLogger } from 'fastify';
import { Type } from 'typebox';
import { ApiProblem } from '../errors.ts';
import type { QueryOptions } from '../options.ts';
import type { TypedApp } from '../typed-app.ts';
import { answers } from './problem-responses.ts';

const tags = ['Operations'];
const StateSchema = Type.Object({ status: Type.Literal('ok') });

export interface OperationsRouteOptions {
  readonly ready: QueryOptions['ready'];
  readonly metrics: NonNullable<QueryOptions['metrics']>;
}

/** Adds the routes. */
export function registerOperationsRoutes(app: TypedApp, { ready, metrics }: OperationsRouteOptions): void {
  app.get(
    '/healthz',
    { schema: { tags, summary: 'The process runs', response: answers(StateSchema) } },
    async () => ({
      status: 'ok' as const,
    }),
  );

  app.get(
    '/readyz',
    { schema: { tags, summary: 'The process can do its work', response: answers(StateSchema, [503]) } },
    async () => {
      const { ok, reasons } = ready();
      if (!ok) throw new ApiProblem('not-ready', reasons.join('; ') || 'starting');
      return { status: 'ok' as const };
    },
  );

  app.get('/metrics', { schema: { tags, summary: 'OpenMetrics' } }, async (request, reply) => {
    const { contentType, text } = await safely(metrics, request.log);
    return reply.type(contentType).send(text);
  });
}

async function safely(
  metrics: OperationsRouteOptions['metrics'],
  log: FastifyBaseLogger,
): Promise<{ contentType: string; text: string }> {
  try {
    return await metrics();
  } catch (cause) {
    log.error({ err: cause }, 'metrics could not be collected');
    throw new ApiProblem('internal-error', 'The metrics could not be collected', { cause });
  }
}
