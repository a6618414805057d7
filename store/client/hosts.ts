import { StoreError } from '../errors.ts';
import type { StoreEndpoint } from '../types.ts';
import { isFaultOfHost } from './classify.ts';
import { requestCompression } from './compression.ts';
import { deadline } from './deadline.ts';
import { HostClient } from './host-client.ts';
import { HostRing } from './host-ring.ts';
import { parseClickhouseUrls } from './parse-clickhouse-urls.ts';

export interface HostsOptions {
  readonly maxConnections: number;
  readonly timeoutMillis: number;
  readonly asideMillis?: number;
}

/** Where a statement may go. */
export interface Attempt {
  /** Only to the replicas of this shard; without it, to any server. */
  readonly shard?: number;
  /** Which of them is asked first, modulo their number. @default one that stays the same */
  readonly start?: number;
  /** Whether another may get it after the first failed and may have done it. */
  readonly repeatable: boolean;
}

const PROBE_MILLIS = 2_000;

/** The servers of an endpoint, and which of them to ask. */
export class Hosts {
  readonly #shards: readonly (readonly string[])[];
  readonly #clients: ReadonlyMap<string, HostClient>;
  readonly #ring: HostRing;
  /** Statements that may go anywhere begin here: one store keeps to one server, many stores spread. */
  readonly #start: number;

  constructor(endpoint: StoreEndpoint, options: HostsOptions) {
    this.#shards = parseClickhouseUrls(endpoint.url);
    const urls = this.#shards.flat();
    const compression = requestCompression(urls, endpoint.compression);
    this.#clients = new Map(
      urls.map((url) => [url, new HostClient(url, { access: endpoint, compression, ...options })]),
    );
    this.#start = Math.floor(Math.random() * urls.length);
    this.#ring = new HostRing({
      probe: (host) => this.#probe(host),
      ...(options.asideMillis === undefined ? {} : { asideMillis: options.asideMillis }),
    });
  }

  /**
   * The result of the first server that does it. A failure of the statement itself is final, and so is one of a server
   * that may have done what must not be repeated. The outcome is `unknown` when it was at any of those asked.
   */
  async attempt<Result>(
    { shard, start = this.#start, repeatable }: Attempt,
    act: (host: HostClient) => Promise<Result>,
  ): Promise<Result> {
    const candidates = this.#ring.order(this.#candidates(shard), start);
    let unknown = false;
    for (const [index, url] of candidates.entries()) {
      try {
        const result = await act(this.#clients.get(url) as HostClient);
        this.#ring.worked(url);
        return result;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (isFaultOfHost(error)) this.#ring.failed(url);
        else if (error.code !== 'aborted') this.#ring.worked(url);
        unknown ||= error.outcome === 'unknown';
        const another = isFaultOfHost(error) && error.code !== 'timeout' && index < candidates.length - 1;
        if (!another || (unknown && !repeatable)) throw unknown ? asUnknown(error) : error;
      }
    }
    throw new TypeError('Cannot ask a server as there is none');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  #candidates(shard: number | undefined): readonly string[] {
    if (shard === undefined) return this.#shards.flat();
    const replicas = this.#shards[shard];
    if (replicas) return replicas;
    throw new RangeError(
      `Cannot insert into shard ${shard} as ClickHouse has ${this.#shards.length}: shards are added at the end, never removed`,
    );
  }

  async #probe(host: string): Promise<boolean> {
    const limit = deadline(PROBE_MILLIS);
    const request = { act: 'Cannot probe', sql: 'SELECT 1', settings: {}, options: { database: 'system' } };
    try {
      await this.#clients.get(host)?.complete(request, limit);
      return true;
    } catch {
      return false;
    } finally {
      limit.done();
    }
  }
}

function asUnknown(error: StoreError): StoreError {
  if (error.outcome === 'unknown') return error;
  const { code, message, clickhouseCode, retryAfterMillis } = error;
  return new StoreError(code, message, {
    outcome: 'unknown',
    cause: error,
    ...(clickhouseCode === undefined ? {} : { clickhouseCode }),
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis }),
  });
}
