/** One request on the SQL port: from its head to the last byte of the answer. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { DATABASE } from '../../../schemas/names.ts';
import type { Approved, Guard } from '../guard/guard.ts';
import { SqlRefusal } from '../guard/refusal.ts';
import { effectiveSettings, type SqlLimits } from '../guard/settings.ts';
import { type EngineClient, EngineException, EngineUnavailable } from './engine-client.ts';
import type { Outcome, SqlMetrics } from './metrics.ts';
import { MAX_STATEMENT_BYTES, readStatement, tooLong } from './request-body.ts';
import { type RequestParameters, requestParameters } from './request-parameters.ts';
import { NoSlot, type Slots } from './slots.ts';

export interface ExchangeContext {
  readonly engine: EngineClient;
  readonly guard: Guard;
  readonly slots: Slots;
  readonly limits: SqlLimits;
  /** The engine may be silent while it computes, and a reader while it waits: the longest run and this, milliseconds. */
  readonly silenceMarginMillis: number;
  readonly metrics: SqlMetrics;
  readonly logger: Logger;
}

/** Marks this endpoint's queries in the engine, so a reader's `query_id` never meets one of ours. */
const QUERY_ID_PREFIX = 'sql:';
const DISPLAY_NAME = 'valet';
/** Headers of the engine's answer that pass as they are. */
const FORWARDED = [
  'content-type',
  'content-encoding',
  'content-length',
  'x-clickhouse-summary',
  'x-clickhouse-format',
  'x-clickhouse-timezone',
  'x-clickhouse-exception-code',
  'x-clickhouse-exception-tag',
];
const ENCODINGS = /^(gzip|deflate|br|zstd|identity|\*)$/;

/** Answers one statement; never rejects. */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  search: URLSearchParams,
  context: ExchangeContext,
): Promise<void> {
  const started = performance.now();
  const left = new AbortController();
  response.on('close', () => left.abort());
  const parties: Parties = { request, response, context, signal: left.signal };
  let outcome: Outcome;
  try {
    outcome = await run(parties, search);
  } catch (error) {
    const cancelled = left.signal.aborted && !response.writableFinished;
    outcome = cancelled ? 'cancelled' : fail(response, error, context);
  }
  context.metrics.finished(outcome, (performance.now() - started) / 1_000);
}

interface Parties {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: ExchangeContext;
  /** Aborts when the reader leaves. */
  readonly signal: AbortSignal;
}

interface Running extends Parties {
  /** Gives the slot back, once. */
  readonly release: () => void;
}

async function run(parties: Parties, search: URLSearchParams): Promise<Outcome> {
  const { request, context, signal } = parties;
  const parameters = requestParameters(search, request.headers);
  const body = await readStatement(request);
  const text = [parameters.query, body].filter((part) => part !== '').join('\n');
  if (text.length > MAX_STATEMENT_BYTES) throw tooLong();
  const release = await context.slots.acquire(signal);
  try {
    return await answer({ ...parties, release }, parameters, text);
  } finally {
    release();
  }
}

async function answer(running: Running, parameters: RequestParameters, text: string): Promise<Outcome> {
  const { request, response, context, signal, release } = running;
  const { database, params, filters } = parameters;
  const statement = { text, database, params, ...(filters === undefined ? {} : { filters }) };
  const approved = await context.guard.check(statement);
  const queryId = parameters.queryId ?? randomUUID();
  const idleMillis = context.limits.maxSeconds * 1_000 + context.silenceMarginMillis;
  response.setTimeout(idleMillis, () => response.destroy());
  const upstream = await context.engine.send({
    sql: approved.format === undefined ? approved.sql : `${approved.sql} FORMAT ${approved.format}`,
    query: engineQuery(parameters, approved, { limits: context.limits, queryId }),
    headers: acceptEncoding(request),
    signal,
    idleMillis,
  });
  // The engine has done its part: a reader that takes its time with the rest, or never takes it, keeps no one waiting.
  upstream.once('end', release);
  response.writeHead(upstream.statusCode ?? 502, answerHeaders(upstream, queryId));
  await pipeline(upstream, response);
  return upstream.statusCode === 200 ? 'ok' : 'failed';
}

function engineQuery(
  parameters: RequestParameters,
  approved: Approved,
  { limits, queryId }: { readonly limits: SqlLimits; readonly queryId: string },
): URLSearchParams {
  const given = new Map([...parameters.settings, ...approved.settings]);
  const query = new URLSearchParams([...effectiveSettings(given, limits)]);
  query.set('database', DATABASE);
  query.set('query_id', QUERY_ID_PREFIX + queryId);
  if (parameters.defaultFormat !== undefined) query.set('default_format', parameters.defaultFormat);
  for (const [name, value] of parameters.params) query.set(`param_${name}`, value);
  return query;
}

function acceptEncoding(request: IncomingMessage): Record<string, string> {
  const wanted = String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.split(';')[0]?.trim() ?? '')
    .filter((name) => ENCODINGS.test(name));
  return wanted.length === 0 ? {} : { 'Accept-Encoding': wanted.join(', ') };
}

function answerHeaders(upstream: IncomingMessage, queryId: string): Record<string, string> {
  const headers: Record<string, string> = {
    'X-ClickHouse-Query-Id': queryId,
    'X-ClickHouse-Server-Display-Name': DISPLAY_NAME,
  };
  for (const name of FORWARDED) {
    const value = upstream.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

/** Answers an error as ClickHouse would. */
function fail(response: ServerResponse, error: unknown, { metrics, logger }: ExchangeContext): Outcome {
  if (response.headersSent) {
    // The stream broke in the middle; only an unclean end can say so.
    response.destroy();
    return 'failed';
  }
  if (error instanceof SqlRefusal) {
    metrics.refused(error.reason);
    logger.debug({ reason: error.reason, message: error.message }, 'statement refused');
    refuse(response, error);
    return 'refused';
  }
  if (error instanceof EngineException) {
    write(response, error.status, error.code, error.body);
    return 'failed';
  }
  if (error instanceof NoSlot) {
    response.setHeader('Retry-After', '1');
    refuse(
      response,
      new SqlRefusal(
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        'too many statements at the same time; try again in a second',
      ),
    );
    return 'overloaded';
  }
  logger.warn({ err: error }, 'statement not answered');
  if (error instanceof EngineUnavailable) response.setHeader('Retry-After', '2');
  refuse(response, new SqlRefusal('NETWORK_ERROR', 'the store does not answer; try again shortly'));
  return 'unavailable';
}

/** Writes a refusal as ClickHouse writes an exception. */
export function refuse(response: ServerResponse, refusal: SqlRefusal): void {
  write(response, refusal.status, refusal.code, refusal.body);
}

function write(response: ServerResponse, status: number, code: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': Buffer.byteLength(body),
    'X-ClickHouse-Exception-Code': String(code),
    'X-ClickHouse-Server-Display-Name': DISPLAY_NAME,
    // A body that was not read would be taken for the next request.
    ...(response.req.complete ? {} : { Connection: 'close' }),
  });
  response.end(body);
}
