import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Random } from '../../bench/payload/random.ts';
import type { Compression } from '../../ingest/receiver/types.ts';
import type { Payload } from '../types.ts';
import { mutateBytes } from './mutate-bytes.ts';

const COMPRESSIONS = ['gzip', 'deflate', 'zstd'] as const;
/** What a bomb unpacks to: more than a request may have. */
const BOMB = new Uint8Array(1 << 20);

/** The body as a sender would compress it, now and then broken on its way, or a bomb in its place. */
export function compressed(body: Uint8Array, random: Random): Omit<Payload, 'policy'> {
  const compression = random.pick(COMPRESSIONS);
  const content = random.below(40) === 0 ? BOMB : body;
  const packed = pack(content, compression);
  switch (random.below(6)) {
    case 0:
    case 1:
      return { compression, body: mutateBytes(packed, random, packed) };
    case 2:
      // Two members in a row are one body in gzip and zstd, garbage in deflate.
      return { compression, body: Buffer.concat([packed, pack(body, compression)]) };
    case 3:
      return { compression: random.pick(COMPRESSIONS), body: packed };
    default:
      return { compression, body: packed };
  }
}

function pack(content: Uint8Array, compression: Compression): Uint8Array {
  switch (compression) {
    case 'gzip':
      return gzipSync(content, { level: 1 });
    case 'deflate':
      return deflateSync(content, { level: 1 });
    case 'zstd':
      return zstdCompressSync(content);
    default:
      return content;
  }
}
