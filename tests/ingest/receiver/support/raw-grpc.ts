import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type Settings } from 'node:http2';
import { onTestFinished } from 'vitest';
import { GRPC_SERVICE } from '../../../../schemas/otlp.ts';

const PATH = `/${GRPC_SERVICE.traces}/Export`;

/** A message with its prefix, which may lie. */
export function prefixed(body: Uint8Array, { flag = 0, length = body.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, body]);
}

/** An HTTP/2 connection; it ends with the test. */
export function session(port: number, settings: Settings = {}): ClientHttp2Session {
  const opened = connect(`http://127.0.0.1:${port}`, { settings });
  opened.on('error', () => undefined);
  onTestFinished(() => opened.destroy());
  return opened;
}

/** Opens a call of the trace service and sends nothing yet. */
export function openCall(client: ClientHttp2Session, headers: Record<string, string> = {}) {
  const stream = client.request({
    ':method': 'POST',
    ':path': PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => undefined);
  return stream;
}

/** A whole call by hand; resolves with headers and trailers together. */
export function rawCall(
  client: ClientHttp2Session,
  data: Buffer,
  headers: Record<string, string> = {},
): Promise<IncomingHttpHeaders> {
  return new Promise((resolve) => {
    const stream = openCall(client, headers);
    let seen: IncomingHttpHeaders = {};
    const note = (found: IncomingHttpHeaders) => {
      seen = { ...seen, ...found };
    };
    stream.on('response', note).on('trailers', note);
    stream.on('close', () => resolve(seen));
    stream.resume();
    stream.end(data);
  });
}
