import type { IncomingHttpHeaders } from 'node:http';
import type { Encoding } from '../../../otlp/response/types.ts';
import type { Compression } from '../types.ts';

/** Media types of OTLP/HTTP. */
export const MEDIA_TYPE = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
} as const satisfies Record<Encoding, string>;

/** Content codings taken, as an `Accept-Encoding` header names them. */
export const ACCEPTED_CODINGS = 'gzip, deflate, zstd';

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  '': 'identity',
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  // What the Collector calls the same format.
  zlib: 'deflate',
  zstd: 'zstd',
};

/** The body's encoding by its media type, whatever its parameters; undefined for one that is not OTLP's. */
export function encodingOf(headers: IncomingHttpHeaders): Encoding | undefined {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  const name = type.trim().toLowerCase();
  if (name === MEDIA_TYPE.protobuf) return 'protobuf';
  return name === MEDIA_TYPE.json ? 'json' : undefined;
}

/** How the body is compressed; undefined for a coding that is not taken, or several. */
export function compressionOf(headers: IncomingHttpHeaders): Compression | undefined {
  const name = (headers['content-encoding'] ?? '').trim().toLowerCase();
  return Object.hasOwn(COMPRESSIONS, name) ? COMPRESSIONS[name] : undefined;
}
