/** Bytes that are not protobuf as expected: where and why. Callers turn it into an error of their own. */
export class WireError extends Error {
  /** Byte offset of the fault. */
  readonly offset: number;
  /** What is wrong, as a clause: `length reaches past the end`. */
  readonly reason: string;

  constructor(offset: number, reason: string) {
    super(`${reason} at byte ${offset}`);
    this.name = 'WireError';
    this.offset = offset;
    this.reason = reason;
  }
}
