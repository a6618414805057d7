import { Transform, type TransformCallback } from 'node:stream';

/**
 * ClickHouse tells of a failure after `200 OK` by a frame at the end of the body, with the tag that the header
 * `X-ClickHouse-Exception-Tag` announced:
 *
 *     CR LF __exception__ CR LF <tag> CR LF <message> LF <message length> SP <tag> CR LF __exception__ CR LF
 *
 * This transform passes everything before the frame through and fails with what `onException` makes of its message.
 */
export class ExceptionFrame extends Transform {
  readonly #opening: Buffer;
  readonly #onException: (message: string) => Error;
  /** Bytes that may be the start of the opening; at most its length − 1. */
  #held: Buffer = Buffer.alloc(0);
  /** What came after the opening. */
  #message: Buffer[] | undefined;
  #broken: Error | undefined;

  constructor(tag: string, onException: (message: string) => Error) {
    super();
    this.#opening = Buffer.from(`\r\n__exception__\r\n${tag}\r\n`, 'latin1');
    this.#onException = onException;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#message) this.#message.push(chunk);
    else this.#scan(this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]));
    done();
  }

  #scan(bytes: Buffer): void {
    const start = bytes.indexOf(this.#opening);
    if (start >= 0) {
      this.push(bytes.subarray(0, start));
      this.#message = [bytes.subarray(start + this.#opening.length)];
      return;
    }
    const keep = this.#possibleStart(bytes);
    this.#held = bytes.subarray(keep);
    if (keep > 0) this.push(bytes.subarray(0, keep));
  }

  /** The connection broke: ends with the exception when its frame has come, as it mostly has, else with `error`. */
  breakOff(error: Error): void {
    this.#broken ??= error;
    if (!this.writableEnded) this.end();
  }

  override _flush(done: TransformCallback): void {
    const failure = this.#message ? this.#onException(messageOf(Buffer.concat(this.#message))) : this.#broken;
    if (!failure) this.push(this.#held);
    done(failure ?? null);
  }

  /** Where a trailing beginning of the opening starts; the length when there is none. */
  #possibleStart(bytes: Buffer): number {
    const from = Math.max(0, bytes.length - this.#opening.length + 1);
    for (let at = bytes.indexOf(0x0d, from); at >= 0; at = bytes.indexOf(0x0d, at + 1)) {
      if (this.#opening.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return at;
    }
    return bytes.length;
  }
}

/** The message between the opening and the line with its length. */
function messageOf(rest: Buffer): string {
  const closing = rest.lastIndexOf('\r\n__exception__');
  const body = closing < 0 ? rest : rest.subarray(0, closing);
  const lastLine = body.lastIndexOf(0x0a);
  return body.subarray(0, lastLine < 0 ? body.length : lastLine).toString('utf8');
}
