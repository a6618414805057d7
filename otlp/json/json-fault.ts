/** Text that is not the JSON expected: where and why. The translator adds the path. */
export class JsonFault extends Error {
  /** Byte offset in the text's UTF-8. */
  readonly offset: number;
  /** What is wrong, as a clause. */
  readonly reason: string;

  constructor(offset: number, reason: string) {
    super(`${reason} at byte ${offset}`);
    this.name = 'JsonFault';
    this.offset = offset;
    this.reason = reason;
  }
}
