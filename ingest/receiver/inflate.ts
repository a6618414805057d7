import { constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { MalformedRequestError, RequestTooLargeError } from '../../otlp/errors.ts';
import type { Compression } from './types.ts';

/** Output comes in pieces of this size at least, in one piece where the input tells its size. */
const MIN_CHUNK_BYTES = 16 * 1024;
/** Beyond it a gzip's word about its size is not believed, and output comes in pieces. */
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
/** 8 MiB, the most RFC 9659 lets the `zstd` content coding ask a receiver for. */
const ZSTD_WINDOW_LOG_MAX = 23;

/**
 * Decompresses a body. Synchronous: half the CPU of a stream, and no more than `maxBytes` of output are ever made.
 *
 * @throws {MalformedRequestError} when the body is not what its coding says
 * @throws {RequestTooLargeError} when it becomes larger than `maxBytes`
 */
export function inflate(body: Uint8Array, compression: Compression, maxBytes: number): Uint8Array {
  if (compression === 'identity') return body;
  // zlib wants at least one byte of room.
  const maxOutputLength = Math.max(1, maxBytes);
  try {
    switch (compression) {
      case 'gzip':
        return gunzipSync(body, { maxOutputLength, chunkSize: chunkSize(gzipSize(body), maxOutputLength) });
      case 'deflate':
        return inflateSync(body, { maxOutputLength });
      case 'zstd':
        return zstdDecompressSync(body, {
          maxOutputLength,
          chunkSize: chunkSize(body.length * 4, maxOutputLength),
          params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
        });
    }
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw new RequestTooLargeError(maxBytes);
    throw new MalformedRequestError({
      offset: 0,
      path: 'body',
      reason: `content that is not valid ${compression}`,
    });
  }
}

/** A gzip's last four bytes are its content's length modulo 2^32 (RFC 1952). Only a hint: a sender may lie. */
function gzipSize(body: Uint8Array): number {
  if (body.length < 4) return 0;
  const at = body.length - 4;
  return new DataView(body.buffer, body.byteOffset + at, 4).getUint32(0, true);
}

function chunkSize(expected: number, maxBytes: number): number {
  const wanted = Math.min(expected + 64, MAX_CHUNK_BYTES, maxBytes + 64);
  return Math.max(MIN_CHUNK_BYTES, wanted);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
