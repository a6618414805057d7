/** ClickHouse's own numbers and names for the reasons this endpoint gives, with the HTTP status of each (docs/sql.md). */
export const REFUSALS = {
  SYNTAX_ERROR: { code: 62, status: 400 },
  BAD_ARGUMENTS: { code: 36, status: 400 },
  UNKNOWN_TABLE: { code: 60, status: 404 },
  UNKNOWN_DATABASE: { code: 81, status: 404 },
  UNKNOWN_SETTING: { code: 115, status: 400 },
  READONLY: { code: 164, status: 403 },
  TOO_MANY_SIMULTANEOUS_QUERIES: { code: 202, status: 503 },
  NETWORK_ERROR: { code: 210, status: 503 },
  QUERY_IS_TOO_LARGE: { code: 223, status: 413 },
  ACCESS_DENIED: { code: 497, status: 403 },
} as const;

export type RefusalName = keyof typeof REFUSALS;

/** A statement or request this endpoint does not run; the text says why and what is allowed instead. */
export class SqlRefusal extends Error {
  /** ClickHouse's exception code. */
  readonly code: number;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly reason: RefusalName;

  constructor(reason: RefusalName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SqlRefusal';
    this.reason = reason;
    this.code = REFUSALS[reason].code;
    this.status = REFUSALS[reason].status;
  }

  /** The body as ClickHouse writes an exception. */
  get body(): string {
    return `Code: ${this.code}. DB::Exception: Valet: ${this.message}. (${this.reason})\n`;
  }
}

/** An `ACCESS_DENIED` refusal. */
export function denied(message: string): SqlRefusal {
  return new SqlRefusal('ACCESS_DENIED', message);
}
