/** Requests to the engine's own HTTP port, which carry its secret; nothing of them is ever shown to a reader. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { StoreEndpoint } from '../../../store/types.ts';

/** The engine did not answer, or not in time. */
export class EngineUnavailable extends Error {}

/** The engine answered with an exception. */
export class EngineException extends Error {
  readonly status: number;
  /** ClickHouse's exception code, 0 when it named none. */
  readonly code: number;
  readonly body: string;

  constructor(status: number, code: number, body: string) {
    super(`Cannot run the statement as the engine refuses it: ${body.slice(0, 500)}`);
    this.name = 'EngineException';
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

export interface EngineRequest {
  /** The statement, sent as the body. */
  readonly sql: string;
  /** Everything else: settings, parameters, database. */
  readonly query: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Silence longer than this ends the request, milliseconds. */
  readonly idleMillis: number;
}

const INTERNAL_IDLE_MILLIS = 15_000;

/** A keep-alive client of one engine. */
export class EngineClient {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(endpoint: StoreEndpoint) {
    this.#url = new URL(endpoint.url);
    const secure = this.#url.protocol === 'https:';
    this.#agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, timeout: 20_000 });
    this.#headers = {
      ...endpoint.headers,
      ...(endpoint.username === undefined ? {} : { 'X-ClickHouse-User': endpoint.username }),
      ...(endpoint.password ? { 'X-ClickHouse-Key': endpoint.password } : {}),
    };
  }

  /** Sends a statement and resolves with the answer's head, whatever its status. Rejects with {@link EngineUnavailable}. */
  send(options: EngineRequest): Promise<IncomingMessage> {
    const url = new URL(`/?${options.query}`, this.#url);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = send(
        url,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { ...options.headers, ...this.#headers },
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        },
        resolve,
      );
      outgoing.setTimeout(options.idleMillis, () => outgoing.destroy(new Error('the engine is silent')));
      outgoing.on('error', (cause) => reject(new EngineUnavailable('Cannot reach the engine', { cause })));
      outgoing.end(options.sql);
    });
  }

  /** Rows as objects, for small results. Rejects with {@link EngineException} or {@link EngineUnavailable}. */
  async rows<Row>(sql: string, settings: Iterable<readonly [string, string]> = []): Promise<Row[]> {
    const lines = await this.#lines(sql, 'JSONEachRow', settings);
    return lines.map((line) => JSON.parse(line) as Row);
  }

  /** The first column of every row, as text. Rejects as {@link rows} does. */
  async column(sql: string, settings: Iterable<readonly [string, string]> = []): Promise<string[]> {
    const lines = await this.#lines(sql, 'JSONCompactEachRow', settings);
    return lines.map((line) => String((JSON.parse(line) as unknown[])[0]));
  }

  async #lines(
    sql: string,
    format: string,
    settings: Iterable<readonly [string, string]>,
  ): Promise<string[]> {
    const query = new URLSearchParams({ default_format: format, ...Object.fromEntries(settings) });
    const response = await this.send({ sql, query, idleMillis: INTERNAL_IDLE_MILLIS });
    const body = await text(response).catch((cause: unknown) => {
      throw new EngineUnavailable('Cannot read the answer of the engine', { cause });
    });
    if (response.statusCode !== 200) {
      const code = Number(response.headers['x-clickhouse-exception-code'] ?? 0);
      throw new EngineException(response.statusCode ?? 500, code, body);
    }
    return body.split('\n').filter((line) => line !== '');
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }
}
