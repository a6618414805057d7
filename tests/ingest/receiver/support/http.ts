import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

/** What came back. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is sent. */
export interface HttpSend {
  readonly method?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
  /** Send without a length. */
  readonly chunked?: boolean;
}

/** Sends one request over a connection of its own and reads the answer. */
export function send(url: string, body: Uint8Array, options: HttpSend = {}): Promise<HttpAnswer> {
  const { method = 'POST', type = 'application/x-protobuf', agent, chunked = false } = options;
  const headers = {
    'content-type': type,
    ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent: agent ?? false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}
