/** Turns every failure of a request into a problem document (RFC 9457). */
import type { FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import type { Problem } from '../../schemas/api.ts';
import { API_PROBLEMS, ApiProblem, type ApiProblemCode } from './errors.ts';
import type { TypedApp } from './typed-app.ts';

/** What Fastify's own errors mean here, by their codes. */
const CODE_OF_FASTIFY: Readonly<Record<string, ApiProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
};

/** Registers the error and not-found handlers. */
export function registerProblemHandlers(app: TypedApp): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    // Not ready, or the demo away: that is told to the caller, and is nothing that failed here.
    if (problem.code === 'internal-error')
      request.log.error({ err: error, url: request.url }, 'request failed');
    return sendProblem(reply, request, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0];
    const detail = `${request.method} ${path} is not served; the API is described at /api/v1/openapi.json`;
    return sendProblem(reply, request, new ApiProblem('not-found', detail));
  });
}

/** Writes the problem as the answer. */
export function sendProblem(reply: FastifyReply, request: FastifyRequest, problem: ApiProblem): FastifyReply {
  const { status, title } = API_PROBLEMS[problem.code];
  const body: Problem = {
    type: 'about:blank',
    title,
    status,
    detail: problem.message,
    code: problem.code,
    instance: request.url.split('?', 1)[0] ?? '/',
  };
  return reply
    .code(status)
    .header('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(body)));
}

interface RequestFailure {
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
  readonly validation?: readonly FastifySchemaValidationError[];
  readonly validationContext?: string;
}

function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const failure = (typeof error === 'object' && error !== null ? error : {}) as RequestFailure;
  if (failure.validation !== undefined)
    return validationProblem(failure.validation, failure.validationContext ?? '');
  const code = CODE_OF_FASTIFY[failure.code ?? ''];
  if (code !== undefined) return new ApiProblem(code, failure.message ?? API_PROBLEMS[code].title);
  if (failure.statusCode !== undefined && failure.statusCode < 500) {
    return new ApiProblem('bad-request', failure.message ?? 'The request cannot be read');
  }
  // What failed inside is for the log, not for the caller.
  return new ApiProblem(
    'internal-error',
    'The request could not be answered; the log of the server says why',
    {
      cause: error,
    },
  );
}

function validationProblem(errors: readonly FastifySchemaValidationError[], context: string): ApiProblem {
  const tooMany = errors.some(
    ({ instancePath, keyword }) => instancePath === '/points' && keyword === 'maximum',
  );
  const details = errors.map(({ instancePath, message, params }) => {
    const property = instancePath === '' ? String(params['missingProperty'] ?? '') : instancePath.slice(1);
    return `${[context, property].filter(Boolean).join(' ')} ${message ?? 'is not valid'}`;
  });
  return new ApiProblem(tooMany ? 'too-many-points' : 'bad-request', [...new Set(details)].join('; '));
}
