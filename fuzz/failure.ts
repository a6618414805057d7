/** What an oracle found wrong. */
export class FuzzFailure extends Error {
  /** Which promise is broken, as a stable name: `rows`, `throws`. */
  readonly oracle: string;

  constructor(oracle: string, detail: string, options?: ErrorOptions) {
    super(`${oracle}: ${detail}`, options);
    this.name = 'FuzzFailure';
    this.oracle = oracle;
  }

  /** The same for the same fault in other payloads: the message without its numbers and quoted parts. */
  get signature(): string {
    return this.message.replace(/"[^"]*"/g, '""').replace(/[0-9]+/g, '0');
  }
}
