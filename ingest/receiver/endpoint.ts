/** An open port. */
export interface Endpoint {
  readonly port: number;
  /** Takes no more requests, lets those under way finish for a few seconds, then closes every connection. */
  close(): Promise<void>;
}
