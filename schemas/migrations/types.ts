/** One numbered step of the database's layout. Once released it never changes: a later step does. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  /** Kebab-case, for the ledger and for people. */
  readonly name: string;
  /** Run in order, each of them harmless when run again. */
  readonly statements: readonly string[];
}
