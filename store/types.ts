/** The analytical store port: what ingest, engine and query need of ClickHouse. One adapter serves embedded and server mode. */
import type { Readable } from 'node:stream';

/** Where a ClickHouse is and how to be let in. Plain data, so it can be handed to worker threads. */
export interface StoreEndpoint {
  /**
   * For instance `http://127.0.0.1:34567`; or a cluster's, replicas of a shard separated by `,` and shards by `;`
   * (client/parse-clickhouse-urls.ts).
   */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Sent with every request; the embedded engine's secret travels here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of the cluster the tables are spread over, '' on a single server. @default '' */
  readonly cluster?: string;
  /** Of the bodies of INSERTs. @default 'auto': none when every address is on loopback, else zstd */
  readonly compression?: 'auto' | 'none' | 'zstd';
  /** In a cluster: how many replicas confirm an INSERT, `auto` for most of them, `0` for one. @default 'auto' */
  readonly insertQuorum?: string;
  /** Columns that tables of another program lack, by the name of the table rows go to: INSERTs leave them out. @default none */
  readonly missingColumns?: Readonly<Record<string, readonly string[]>>;
}

/** One INSERT of one Native block. */
export interface InsertBlock {
  /** Table name without database. */
  readonly table: string;
  /** Columns in the order of the block. */
  readonly columns: readonly string[];
  /** The Native block, in pieces, written in order. */
  readonly chunks: readonly Uint8Array[];
  /** `insert_deduplication_token`: the same token must always stand for the same rows. */
  readonly token?: string;
  /** In a cluster: which shard holds the rows, from 0 (client/shard-of.ts). @default 0 */
  readonly shard?: number;
}

/** Settings and parameters of one query. */
export interface QueryOptions {
  /** Database of unqualified names. @default DATABASE of schemas/names.ts */
  readonly database?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** ClickHouse as the roles use it. */
export interface Store {
  /** Resolves when the rows are durable in the table; rejects with {@link StoreError}. */
  insert(block: InsertBlock): Promise<void>;
  /** Rows as JSON objects (64-bit integers as strings). For small results. */
  query<Row>(sql: string, options?: QueryOptions): Promise<readonly Row[]>;
  /** DDL and other statements without a result. */
  command(sql: string, options?: QueryOptions): Promise<void>;
  /** A result in the format the statement names, streamed. */
  stream(sql: string, options?: QueryOptions): Promise<Readable>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
