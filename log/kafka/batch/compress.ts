import { constants, zstdCompressSync } from 'node:zlib';

/** Smaller ones are not worth the time. */
const LEAST_BYTES = 1024;
const LEVEL = 1;

/** The bytes as a Zstandard frame; undefined when they are too few to bother. */
export function compress(bytes: Buffer): Buffer | undefined {
  if (bytes.length < LEAST_BYTES) return undefined;
  return zstdCompressSync(bytes, {
    // Telling the size beforehand lets the encoder fit its tables to it, and lets readers allocate once.
    pledgedSrcSize: bytes.length,
    chunkSize: Math.max(4096, Math.ceil(bytes.length / 4)),
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
}
