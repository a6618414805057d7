import { Agent, request } from 'node:http';
import { MEDIA_TYPE } from '../../ingest/receiver/http/content.ts';
import { HTTP_PATH } from '../../schemas/otlp.ts';
import type { Payload, Target } from '../types.ts';
import type { SentAnswer } from './answer.ts';
import type { Manner } from './manner.ts';

/** Sends bodies over one connection, as long as it is kept. */
export class HttpSender {
  readonly #target: Target;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(target: Target, port: number) {
    this.#target = target;
    this.#port = port;
  }

  /** Resolves with the answer, or undefined when it was sent in a manner that gets none. */
  send({ body, compression }: Payload, manner: Manner): Promise<SentAnswer | undefined> {
    const { signal, encoding } = this.#target;
    const headers = {
      'content-type': MEDIA_TYPE[encoding],
      ...(manner === 'http-chunked' ? {} : { 'content-length': body.length }),
      ...(compression === 'identity' ? {} : { 'content-encoding': compression }),
    };
    const options = {
      agent: this.#agent,
      port: this.#port,
      path: HTTP_PATH[signal],
      method: 'POST',
      headers,
    };
    return new Promise((resolve, reject) => {
      const call = request(options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ protocol: 'http', status: response.statusCode ?? 0, body: Buffer.concat(parts) }),
        );
      });
      call.on('error', (error) => (manner === 'http-cut' ? resolve(undefined) : reject(error)));
      if (manner !== 'http-cut') call.end(body);
      else call.write(body.subarray(0, body.length >> 1), () => call.destroy());
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
