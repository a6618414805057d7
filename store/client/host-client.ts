import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { DATABASE } from '../../schemas/names.ts';
import type { QueryOptions, StoreEndpoint } from '../types.ts';
import { connectionFailure, engineFailure, httpFailure } from './classify.ts';
import type { requestCompression } from './compression.ts';
import type { Deadline } from './deadline.ts';

/** A statement on its way to a server. */
export interface HostRequest {
  /** What is being done, for messages: `Cannot insert into otel_traces`. */
  readonly act: string;
  readonly sql: string;
  readonly body?: readonly Uint8Array[];
  readonly settings: Readonly<Record<string, string | number>>;
  readonly options: QueryOptions;
}

/** An answer that tells of no failure so far. */
export interface HostAnswer {
  readonly stream: Readable;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface HostClientOptions {
  readonly access: Pick<StoreEndpoint, 'username' | 'password' | 'headers'>;
  readonly compression: ReturnType<typeof requestCompression>;
  readonly maxConnections: number;
  /** A backstop behind the deadlines, which know their reason. */
  readonly timeoutMillis: number;
}

/** One server's HTTP interface: sends each statement once, and tells failures apart. */
export class HostClient {
  readonly #client: ClickHouseClient;

  constructor(url: string, { access, compression, maxConnections, timeoutMillis }: HostClientOptions) {
    this.#client = createClient({
      url,
      ...(access.username ? { username: access.username } : {}),
      ...(access.password ? { password: access.password } : {}),
      http_headers: { ...access.headers },
      max_open_connections: maxConnections,
      request_timeout: timeoutMillis,
      compression: compression ? { request: compression } : {},
      keep_alive: { enabled: true, eagerly_destroy_stale_sockets: true },
      // The client would write to the console.
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  /** Sends a statement and reads its whole answer. */
  async complete(request: HostRequest, limit: Deadline): Promise<string> {
    const { stream } = await this.send(request, limit);
    return await readAll(request.act, stream, limit);
  }

  /** Resolves with an answer whose status and headers are those of a success. */
  async send(request: HostRequest, limit: Deadline): Promise<HostAnswer> {
    const { act } = request;
    const { stream, headers, status } = await this.#exchange(request, limit);
    const number = Number(headers['x-clickhouse-exception-code'] ?? 0);
    // Something else may answer under this address, with any status: a success without this header is not one.
    if (number === 0 && status === 200 && headers['x-clickhouse-query-id']) return { stream, headers };
    const told = await readAll(act, stream, limit);
    if (number !== 0) throw engineFailure(act, number, told);
    const retryAfter = headers['retry-after'];
    throw httpFailure(act, {
      status,
      text: told,
      ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #exchange(request: HostRequest, limit: Deadline): Promise<HostAnswer & { readonly status: number }> {
    const { act, sql, body, settings, options } = request;
    const early = limit.failure(act);
    if (early) throw early;
    // The client knows no per-request database; to ClickHouse it is one parameter among the settings.
    const parameters = { ...settings, ...options.settings, database: options.database ?? DATABASE };
    const query = {
      query: sql,
      clickhouse_settings: parameters as ClickHouseSettings,
      query_params: { ...options.params },
      abort_signal: limit.signal,
      // Failures are read here, by header, not from their text.
      ignore_error_response: true,
    };
    try {
      const answer = await this.#client.exec(
        body === undefined ? query : { ...query, values: Readable.from(body, { objectMode: false }) },
      );
      return {
        stream: answer.stream,
        status: answer.http_status_code ?? 200,
        headers: answer.response_headers,
      };
    } catch (cause) {
      throw limit.failure(act) ?? connectionFailure(act, cause);
    }
  }
}

async function readAll(act: string, stream: Readable, limit: Deadline): Promise<string> {
  const onAbort = () => stream.destroy(new Error('deadline'));
  limit.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await text(stream);
  } catch (cause) {
    throw limit.failure(act) ?? connectionFailure(act, cause);
  } finally {
    limit.signal.removeEventListener('abort', onAbort);
  }
}
