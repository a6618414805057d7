/** Requests to the engine's own HTTP port, which carry its secret; nothing of them is ever shown to a reader. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { HostRing } from '../../../store/client/host-ring.ts';
import { parseClickhouseUrls } from '../../../store/client/parse-clickhouse-urls.ts';
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
const PROBE_IDLE_MILLIS = 2_000;

/** A server that takes the statement and says nothing. */
class Silence extends Error {}

/** A keep-alive client of ClickHouse: of one engine, or of a cluster's servers, any of which answers for all. */
export class EngineClient {
  readonly #hosts: readonly string[];
  readonly #ring = new HostRing({ probe: (host) => this.#answers(host) });
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent;
  readonly #secureAgent: HttpsAgent;

  constructor(endpoint: StoreEndpoint) {
    this.#hosts = parseClickhouseUrls(endpoint.url).flat();
    this.#agent = new HttpAgent({ keepAlive: true, timeout: 20_000 });
    this.#secureAgent = new HttpsAgent({ keepAlive: true, timeout: 20_000 });
    this.#headers = {
      ...endpoint.headers,
      ...(endpoint.username === undefined ? {} : { 'X-ClickHouse-User': endpoint.username }),
      ...(endpoint.password ? { 'X-ClickHouse-Key': endpoint.password } : {}),
    };
  }

  /**
   * Sends a statement, to the next server when one cannot be reached, and resolves with the answer's head, whatever
   * its status. Rejects with {@link EngineUnavailable}.
   */
  async send(options: EngineRequest): Promise<IncomingMessage> {
    let cause: unknown;
    for (const host of this.#ring.order(this.#hosts, 0)) {
      try {
        const answer = await this.#sendTo(host, options);
        this.#ring.worked(host);
        return answer;
      } catch (error) {
        cause = error;
        if (options.signal?.aborted) break;
        this.#ring.failed(host);
        // Another one's silence would come on top of this one's.
        if (error instanceof Silence) break;
      }
    }
    throw new EngineUnavailable('Cannot reach the engine', { cause });
  }

  #sendTo(host: string, options: EngineRequest): Promise<IncomingMessage> {
    const url = new URL(`/?${options.query}`, host);
    const isSecure = url.protocol === 'https:';
    const send = isSecure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = send(
        url,
        {
          method: 'POST',
          agent: isSecure ? this.#secureAgent : this.#agent,
          headers: { ...options.headers, ...this.#headers },
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        },
        resolve,
      );
      outgoing.setTimeout(options.idleMillis, () => outgoing.destroy(new Silence('the engine is silent')));
      outgoing.on('error', reject);
      outgoing.end(options.sql);
    });
  }

  async #answers(host: string): Promise<boolean> {
    const query = new URLSearchParams();
    try {
      const answer = await this.#sendTo(host, { sql: 'SELECT 1', query, idleMillis: PROBE_IDLE_MILLIS });
      answer.resume();
      return answer.statusCode === 200;
    } catch {
      return false;
    }
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
    this.#secureAgent.destroy();
  }
}
