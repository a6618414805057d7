import { ApiProblem } from '../errors.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';
import type { TypedApp } from '../typed-app.ts';
import type { UpdateHub } from '../update-hub.ts';

/** Adds the stream of updates. */
export function registerUpdateRoutes(app: TypedApp, updates: UpdateHub): void {
  app.get(
    '/api/v1/updates',
    {
      schema: {
        tags: ['Operations'],
        summary: 'Server-sent events: `update` when the state changed, at most one a second',
      },
    },
    async (_request, reply) => {
      if (updates.isFull)
        throw new ApiProblem('too-many-clients', 'Too many clients listen for updates already');
      reply.hijack();
      updates.add(reply.raw, SECURITY_HEADERS);
    },
  );
}
