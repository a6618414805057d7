import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { localTable } from '../../schemas/local-table.ts';
import { StoreError } from '../errors.ts';
import type { InsertBlock, QueryOptions, Store, StoreEndpoint } from '../types.ts';
import { connectionFailure, engineFailure } from './classify.ts';
import { type Deadline, deadline } from './deadline.ts';
import { ExceptionFrame } from './exception-frame.ts';
import type { HostClient, HostRequest } from './host-client.ts';
import { type Attempt, Hosts } from './hosts.ts';
import { INSERT_SETTINGS } from './insert-settings.ts';

/** How the adapter behaves. */
export interface StoreOptions {
  /** An answer has to be complete after so many milliseconds; a stream has to begin by then. @default 120_000 */
  readonly timeoutMillis?: number;
  /** Connections kept at most, to each server. @default 32 */
  readonly maxConnections?: number;
  /** The first time a server that failed is put aside for. @default 1000 */
  readonly asideMillis?: number;
}

const PING_MILLIS = 5_000;
/** Replicas have so long to confirm an INSERT; less than the whole answer may take. */
const QUORUM_MILLIS = 60_000;

/** Small results: buffered by the engine until complete, so that a failure has its own status and header. */
const RESULT_SETTINGS = {
  wait_end_of_query: 1,
  output_format_json_quote_64bit_integers: 1,
} as const;

/**
 * A {@link Store} over ClickHouse's HTTP interface. Each server gets a statement once. Another replica gets it when
 * the first could not be reached, or failed and repeating is harmless: a query, an INSERT with a token. Everything
 * further is the caller's knowledge. Holds connections, nothing else. Throws what {@link parseClickhouseUrls} throws.
 */
export function createStore(endpoint: StoreEndpoint, options: StoreOptions = {}): Store {
  return new ClickHouseStore(endpoint, options);
}

class ClickHouseStore implements Store {
  readonly #hosts: Hosts;
  readonly #timeoutMillis: number;
  readonly #cluster: boolean;
  readonly #insertSettings: Readonly<Record<string, string | number>>;
  readonly #missingColumns: Readonly<Record<string, readonly string[]>>;

  constructor(endpoint: StoreEndpoint, options: StoreOptions) {
    this.#timeoutMillis = options.timeoutMillis ?? 120_000;
    this.#cluster = (endpoint.cluster ?? '') !== '';
    this.#missingColumns = endpoint.missingColumns ?? {};
    this.#insertSettings = this.#cluster
      ? {
          ...INSERT_SETTINGS,
          insert_quorum: endpoint.insertQuorum ?? 'auto',
          insert_quorum_timeout: QUORUM_MILLIS,
        }
      : INSERT_SETTINGS;
    this.#hosts = new Hosts(endpoint, {
      maxConnections: options.maxConnections ?? 32,
      timeoutMillis: this.#timeoutMillis + 10_000,
      ...(options.asideMillis === undefined ? {} : { asideMillis: options.asideMillis }),
    });
  }

  async insert(block: InsertBlock): Promise<void> {
    const table = this.#cluster ? localTable(block.table) : block.table;
    const missing = this.#missingColumns[table];
    const columns = missing ? block.columns.filter((name) => !missing.includes(name)) : block.columns;
    await this.#complete(
      {
        act: `Cannot insert into ${table}`,
        sql: `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(', ')}) FORMAT Native`,
        body: block.chunks,
        settings: {
          ...this.#insertSettings,
          ...(block.token === undefined ? {} : { insert_deduplication_token: block.token }),
          ...(missing ? { input_format_skip_unknown_fields: 1 } : {}),
        },
        options: {},
      },
      {
        shard: block.shard ?? 0,
        // Batches in turn; the attempts of one begin at the same replica.
        start: crc32(block.token ?? ''),
        repeatable: block.token !== undefined,
      },
    );
  }

  async query<Row>(sql: string, options: QueryOptions = {}): Promise<readonly Row[]> {
    const body = await this.#complete(
      { act: 'Cannot query', sql: `${sql}\nFORMAT JSONEachRow`, settings: RESULT_SETTINGS, options },
      { repeatable: true },
    );
    return body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  async command(sql: string, options: QueryOptions = {}): Promise<void> {
    await this.#complete(
      { act: 'Cannot run a command', sql, settings: { wait_end_of_query: 1 }, options },
      { repeatable: false },
    );
  }

  async stream(sql: string, options: QueryOptions = {}): Promise<Readable> {
    const act = 'Cannot stream';
    const request = { act, sql, settings: {}, options };
    const { stream, headers } = await this.#attempt(request, { repeatable: true }, (host, limit) =>
      host.send(request, limit),
    );
    const tag = String(headers['x-clickhouse-exception-tag'] ?? '');
    const frame = new ExceptionFrame(tag, (message) => streamedFailure(act, message));
    connect(act, stream, frame, options.signal);
    return stream.pipe(frame);
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
    await this.#hosts.close();
  }

  /** Sends a statement and reads its whole answer. */
  #complete(request: HostRequest, attempt: Attempt): Promise<string> {
    return this.#attempt(request, attempt, (host, limit) => host.complete(request, limit));
  }

  async #attempt<Result>(
    { options }: HostRequest,
    attempt: Attempt,
    act: (host: HostClient, limit: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const limit = deadline(this.#timeoutMillis, options.signal);
    try {
      return await this.#hosts.attempt(attempt, (host) => act(host, limit));
    } finally {
      limit.done();
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
