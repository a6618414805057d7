import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { SqlRefusal } from '../guard/refusal.ts';

/** Longest statement, bytes, after decompression. */
export const MAX_STATEMENT_BYTES = 256 * 1024;

type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const DECODERS = new Map<string, Decoder>([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

/** Reads a request's body as text. Throws {@link SqlRefusal} when it is too long or cannot be decoded. */
export async function readStatement(request: IncomingMessage): Promise<string> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/')) {
    throw new SqlRefusal('BAD_ARGUMENTS', 'send the statement as the body or as ?query=, not as a form');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_STATEMENT_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  const body = await decode(Buffer.concat(chunks), request.headers['content-encoding'] ?? 'identity');
  return body.toString('utf8');
}

/** The refusal of a statement beyond {@link MAX_STATEMENT_BYTES}. */
export function tooLong(): SqlRefusal {
  return new SqlRefusal('QUERY_IS_TOO_LARGE', `a statement may have ${MAX_STATEMENT_BYTES} bytes at most`);
}

async function decode(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === 'identity' || body.length === 0) return body;
  const decoder = DECODERS.get(encoding);
  if (decoder === undefined) {
    throw new SqlRefusal(
      'BAD_ARGUMENTS',
      `the content encoding ${encoding.slice(0, 40)} is not taken; gzip is`,
    );
  }
  try {
    return await decoder(body, { maxOutputLength: MAX_STATEMENT_BYTES });
  } catch (cause) {
    throw new SqlRefusal('BAD_ARGUMENTS', `the body is no ${encoding} of a statement within the limit`, {
      cause,
    });
  }
}
