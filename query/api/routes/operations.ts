/** `/healthz`, `/readyz`, `/metrics` and the stream of updates. */
import type { FastifyBaseLogger } from 'fastify';
import { Type } from 'typebox';
import { ApiProblem } from '../errors.ts';
import type { QueryOptions } from '../options.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';
import type { TypedApp } from '../typed-app.ts';
import type { UpdateHub } from '../update-hub.ts';
import { answers } from './problem-responses.ts';

const tags = ['Operations'];
const StateSchema = Type.Object({ status: Type.Literal('ok') });

export interface OperationsRouteOptions {
  readonly ready: QueryOptions['ready'];
  readonly metrics: NonNullable<QueryOptions['metrics']>;
  readonly updates: UpdateHub;
}

/** Adds the routes. */
export function registerOperationsRoutes(
  app: TypedApp,
  { ready, metrics, updates }: OperationsRouteOptions,
): void {
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

  app.get(
    '/api/v1/updates',
    {
      schema: { tags, summary: 'Server-sent events: `update` when the state changed, at most one a second' },
    },
    async (_request, reply) => {
      if (updates.isFull)
        throw new ApiProblem('too-many-clients', 'Too many clients listen for updates already');
      reply.hijack();
      updates.add(reply.raw, SECURITY_HEADERS);
    },
  );
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
