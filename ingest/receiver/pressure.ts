/** Why the receivers take nothing for now. */
export interface Pressure {
  /** For people: what is short, and what to do about it. */
  readonly reason: string;
  /** When senders shall come back. */
  readonly retrySeconds: number;
}
