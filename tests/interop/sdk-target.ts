/** Where SDKs send to, and where it is read again. */
export interface SdkTarget {
  readonly ports: { readonly grpc: number; readonly http: number };
  /** Rows of a SELECT over the tables of Valet. */
  sql(statement: string): Promise<readonly Record<string, unknown>[]>;
}
