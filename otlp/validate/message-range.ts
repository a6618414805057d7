/** A message inside a request: its content. */
export interface MessageRange {
  /** Its number in the tables (wire-table.ts). */
  readonly type: number;
  readonly start: number;
  readonly end: number;
}
