/** A table as a step defines it, for every layout. */
export interface TableDefinition {
  readonly kind: 'table';
  /** The name readers use. */
  readonly name: string;
  /** Columns and indexes, as SQL. */
  readonly columns: string;
  /** Of the MergeTree family, not replicated: `MergeTree`, `ReplacingMergeTree(UpdatedAt)`. */
  readonly engine: string;
  /** PARTITION BY, PRIMARY KEY, ORDER BY. */
  readonly clauses: string;
  /** Settings beside the deduplication window. */
  readonly settings: string;
}

/** A view that fills a table whenever rows are inserted into another. */
export interface MaterializedViewDefinition {
  readonly kind: 'materialized view';
  readonly name: string;
  readonly target: string;
  /** `SELECT …`, up to FROM. */
  readonly select: string;
  readonly from: string;
  /** What follows WHERE. */
  readonly where: string;
}

/** A view for readers. */
export interface ViewDefinition {
  readonly kind: 'view';
  readonly name: string;
  readonly select: string;
}

/** Columns added to a table of an earlier step. */
export interface AddedColumns {
  readonly kind: 'columns';
  /** The table. */
  readonly name: string;
  /** Each with type, codec and default, as SQL. */
  readonly columns: readonly string[];
}

export type Definition = TableDefinition | MaterializedViewDefinition | ViewDefinition | AddedColumns;

/** One numbered step of the database's layout. Once released it never changes: a later step does. */
export interface LayoutStep {
  /** From 1, without gaps. */
  readonly version: number;
  /** Kebab-case, for the ledger and for people. */
  readonly name: string;
  /** Made in order. */
  readonly definitions: readonly Definition[];
}

/** `single`: one server. `cluster`: shards of replicas, the usual names spread over `<name>_local`. */
export type Layout = 'single' | 'cluster';

/** A step as one layout runs it. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Run in order, each of them harmless when run again. `{cluster}` stands for the cluster's name. */
  readonly statements: readonly string[];
}
