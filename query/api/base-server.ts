import Fastify, { LogController } from 'fastify';
import type { Logger } from 'pino';
import { ProblemSchema } from '../../schemas/api.ts';
import { ApiProblem } from './errors.ts';
import { registerProblemHandlers, sendProblem } from './problem-handler.ts';
import { registerSecurityHeaders, SECURITY_HEADERS } from './security-headers.ts';
import type { RequestTypes, TypedApp } from './typed-app.ts';

/** Largest body of a request, bytes: only the demo's switches take one. */
const BODY_LIMIT = 16 * 1024;

/** A server that answers every error with a problem document, and has no routes yet. */
export function baseServer(logger: Logger): TypedApp {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: (error, request, reply) => {
      // Addresses that cannot be decoded never reach a route, nor its hooks.
      reply.headers(SECURITY_HEADERS);
      sendProblem(reply as never, request as never, new ApiProblem('bad-request', error.message));
    },
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 200 },
    // Long streams of updates must not hold up the end.
    forceCloseConnections: true,
    ajv: { customOptions: { allErrors: false, coerceTypes: true, removeAdditional: false } },
  }).withTypeProvider<RequestTypes>() as unknown as TypedApp;
  // The schemas describe; an answer is written as it is, so that added fields are not lost.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.addSchema(ProblemSchema);
  registerProblemHandlers(app);
  registerSecurityHeaders(app);
  return app;
}
