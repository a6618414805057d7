import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { GRPC_SERVICE } from '../../schemas/otlp.ts';
import type { Payload, Target } from '../types.ts';
import type { SentAnswer } from './answer.ts';
import type { Manner } from './manner.ts';

const PREFIX_BYTES = 5;

/** Sends bodies as unary calls over one connection; frames are made by hand, so that they can be wrong. */
export class GrpcSender {
  readonly #path: string;
  readonly #port: number;
  #session: ClientHttp2Session | undefined;

  constructor({ signal }: Target, port: number) {
    this.#path = `/${GRPC_SERVICE[signal]}/Export`;
    this.#port = port;
  }

  /** Resolves with the answer, or undefined when it was sent in a manner that gets none. */
  send({ body, compression }: Payload, manner: Manner): Promise<SentAnswer | undefined> {
    const call = this.#open().request({
      ':method': 'POST',
      ':path': this.#path,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      ...(compression === 'identity' ? {} : { 'grpc-encoding': compression }),
    });
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      let status = '';
      call.on('response', (headers) => {
        status = String(headers['grpc-status'] ?? '');
      });
      call.on('trailers', (trailers) => {
        status = String(trailers['grpc-status'] ?? status);
      });
      call.on('data', (part: Buffer) => parts.push(part));
      call.on('error', (error) => (manner === 'grpc-cut' ? resolve(undefined) : reject(error)));
      call.on('close', () => {
        const message = Buffer.concat(parts).subarray(PREFIX_BYTES);
        resolve(status === '' ? undefined : { protocol: 'grpc', status: Number(status), body: message });
      });
      const data = framed(body, compression === 'identity' ? 0 : 1, manner);
      if (manner !== 'grpc-cut') call.end(data);
      else call.write(data.subarray(0, data.length >> 1), () => call.close(constants.NGHTTP2_CANCEL));
    });
  }

  close(): void {
    this.#session?.destroy();
  }

  #open(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(`http://127.0.0.1:${this.#port}`);
    }
    return this.#session;
  }
}

function framed(body: Uint8Array, flag: number, manner: Manner): Buffer {
  const lie = manner === 'grpc-long' ? 1 : manner === 'grpc-short' ? -1 : 0;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix[0] = manner === 'grpc-flag' ? 2 : flag;
  prefix.writeUInt32BE(body.length + lie, 1);
  return Buffer.concat([prefix, body]);
}
