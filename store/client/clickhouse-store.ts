import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { DATABASE } from '../../schemas/names.ts';
import { StoreError } from '../errors.ts';
import type { InsertBlock, QueryOptions, Store, StoreEndpoint } from '../types.ts';
import { connectionFailure, engineFailure, httpFailure } from './classify.ts';
import { type Deadline, deadline } from './deadline.ts';
import { ExceptionFrame } from './exception-frame.ts';
import { INSERT_SETTINGS } from './insert-settings.ts';

/** How the adapter behaves. */
export interface StoreOptions {
  /** An answer has to be complete after so many milliseconds; a stream has to begin by then. @default 120_000 */
  readonly timeoutMillis?: number;
  /** Connections kept at most. @default 10 */
  readonly maxConnections?: number;
}

interface Request {
  /** What is being done, for messages: `Cannot insert into otel_traces`. */
  readonly act: string;
  readonly sql: string;
  readonly body?: readonly Uint8Array[];
  readonly settings: Readonly<Record<string, string | number>>;
  readonly options: QueryOptions;
}

interface Answer {
  readonly stream: Readable;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const PING_MILLIS = 5_000;

/** Small results: buffered by the engine until complete, so that a failure has its own status and header. */
const RESULT_SETTINGS = {
  wait_end_of_query: 1,
  output_format_json_quote_64bit_integers: 1,
} as const;

/**
 * A {@link Store} over ClickHouse's HTTP interface. Sends each statement once and repeats none: what to do about an
 * unknown outcome is the caller's knowledge. Holds connections, nothing else.
 */
export function createStore(endpoint: StoreEndpoint, options: StoreOptions = {}): Store {
  return new ClickHouseStore(endpoint, options);
}

class ClickHouseStore implements Store {
  readonly #client: ClickHouseClient;
  readonly #timeoutMillis: number;

  constructor(endpoint: StoreEndpoint, options: StoreOptions) {
    this.#timeoutMillis = options.timeoutMillis ?? 120_000;
    this.#client = createClient({
      url: endpoint.url,
      ...(endpoint.username ? { username: endpoint.username } : {}),
      ...(endpoint.password ? { password: endpoint.password } : {}),
      http_headers: { ...endpoint.headers },
      max_open_connections: options.maxConnections ?? 10,
      // A backstop behind our own deadline, which knows its reason.
      request_timeout: this.#timeoutMillis + 10_000,
      keep_alive: { enabled: true, eagerly_destroy_stale_sockets: true },
      // The client would write to the console.
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  async insert(block: InsertBlock): Promise<void> {
    const columns = block.columns.map(quoted).join(', ');
    const token = block.token === undefined ? {} : { insert_deduplication_token: block.token };
    await this.#complete({
      act: `Cannot insert into ${block.table}`,
      sql: `INSERT INTO ${quoted(block.table)} (${columns}) FORMAT Native`,
      body: block.chunks,
      settings: { ...INSERT_SETTINGS, ...token },
      options: {},
    });
  }

  async query<Row>(sql: string, options: QueryOptions = {}): Promise<readonly Row[]> {
    const body = await this.#complete({
      act: 'Cannot query',
      sql: `${sql}\nFORMAT JSONEachRow`,
      settings: RESULT_SETTINGS,
      options,
    });
    return body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  async command(sql: string, options: QueryOptions = {}): Promise<void> {
    await this.#complete({
      act: 'Cannot run a command',
      sql,
      settings: { wait_end_of_query: 1 },
      options,
    });
  }

  async stream(sql: string, options: QueryOptions = {}): Promise<Readable> {
    const act = 'Cannot stream';
    const limit = deadline(this.#timeoutMillis, options.signal);
    try {
      const { stream, headers } = await this.#send({ act, sql, settings: {}, options }, limit);
      const tag = String(headers['x-clickhouse-exception-tag'] ?? '');
      const frame = new ExceptionFrame(tag, (message) => streamedFailure(act, message));
      connect(act, stream, frame, options.signal);
      return stream.pipe(frame);
    } finally {
      limit.done();
    }
  }

  async ping(): Promise<boolean> {
    try {
      await this.query('SELECT 1', { database: 'system', signal: AbortSignal.timeout(PING_MILLIS) });
      return true;
    } catch (error) {
      if (error instanceof StoreError) return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Sends a statement and reads its whole answer. */
  async #complete(request: Request): Promise<string> {
    const limit = deadline(this.#timeoutMillis, request.options.signal);
    try {
      const { stream } = await this.#send(request, limit);
      return await this.#read(request.act, stream, limit);
    } finally {
      limit.done();
    }
  }

  /** Resolves with an answer whose status and headers tell of no failure. */
  async #send(request: Request, limit: Deadline): Promise<Answer> {
    const { act } = request;
    const answer = await this.#exchange(request, limit);
    const number = Number(answer.headers['x-clickhouse-exception-code'] ?? 0);
    if (number !== 0) throw engineFailure(act, number, await this.#read(act, answer.stream, limit));
    if (answer.status !== 200) {
      throw httpFailure(act, answer.status, await this.#read(act, answer.stream, limit));
    }
    return answer;
  }

  async #exchange(request: Request, limit: Deadline): Promise<Answer> {
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

  async #read(act: string, stream: Readable, limit: Deadline): Promise<string> {
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
}

/** Ends both streams when either ends, the engine's side with a {@link StoreError} for the reader. */
function connect(act: string, source: Readable, frame: ExceptionFrame, caller?: AbortSignal): void {
  const onAbort = () => frame.destroy(new StoreError('aborted', `${act}: aborted by the caller`));
  caller?.addEventListener('abort', onAbort, { once: true });
  source.once('error', (cause) => frame.breakOff(connectionFailure(act, cause)));
  frame.once('close', () => {
    caller?.removeEventListener('abort', onAbort);
    source.destroy();
  });
}

/** A frame has no header: its number stands in ClickHouse's fixed opening, `Code: n. DB::Exception`. */
function streamedFailure(act: string, message: string): StoreError {
  return engineFailure(act, Number(/^Code: (\d+)\./.exec(message)?.[1] ?? 0), message);
}

/** An identifier in back quotes. */
function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
