import { BodyBuffer } from '../body-buffer.ts';
import type { Entry } from '../door.ts';
import type { Answer } from '../types.ts';

/*
 * gRPC over HTTP/2, a unary request's data:
 *   Length-Prefixed-Message = Compressed-Flag Message-Length Message
 *   Compressed-Flag         = 1 byte, 0 or 1
 *   Message-Length          = 4 bytes, big endian
 */
const PREFIX_BYTES = 5;

/** What is wrong with the data of a call, or why it cannot be taken. */
export type MessageFault = 'invalid-flag' | 'second-message' | Answer;

/** A complete message. */
export interface GrpcMessage {
  readonly compressed: boolean;
  readonly body: Buffer;
}

/** Puts one message together. It is admitted by its announced length, before the first of its bytes is kept. */
export class MessageReader {
  readonly #entry: Entry;
  readonly #prefix = Buffer.allocUnsafeSlow(PREFIX_BYTES);
  #prefixSize = 0;
  #body = new BodyBuffer(0);
  #length = 0;

  /** `entry` holds the message's bytes. */
  constructor(entry: Entry) {
    this.#entry = entry;
  }

  /** Takes the next bytes; returns what is wrong with them, or undefined. */
  push(data: Buffer): MessageFault | undefined {
    let rest = data;
    if (this.#prefixSize < PREFIX_BYTES) {
      const taken = rest.copy(this.#prefix, this.#prefixSize);
      this.#prefixSize += taken;
      rest = rest.subarray(taken);
      if (this.#prefixSize < PREFIX_BYTES) return undefined;
      const fault = this.#admit();
      if (fault !== undefined) return fault;
    }
    if (rest.length === 0) return undefined;
    if (this.#body.size + rest.length > this.#length) return 'second-message';
    const refusal = this.#entry.arrived(rest.length);
    if (refusal === undefined) this.#body.append(rest);
    return refusal;
  }

  /** The message when all of it came, else undefined. */
  finish(): GrpcMessage | undefined {
    if (this.#prefixSize < PREFIX_BYTES || this.#body.size < this.#length) return undefined;
    this.#entry.complete();
    return { compressed: this.#prefix[0] === 1, body: this.#body.finish() };
  }

  /** Nobody looks at the message any more, and nothing is pushed. */
  release(): void {
    this.#body.release();
  }

  #admit(): MessageFault | undefined {
    if ((this.#prefix[0] as number) > 1) return 'invalid-flag';
    this.#length = this.#prefix.readUInt32BE(1);
    this.#body = new BodyBuffer(this.#length);
    return this.#entry.announce(this.#length);
  }
}
