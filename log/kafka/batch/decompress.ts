import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { Codec } from './layout.ts';
import { lz4Bound, snappyBound } from './unfolded-bound.ts';

/** What one batch may unfold to: sixteen times the largest that our own topics take. */
const MOST_BYTES = 64 * 2 ** 20;
const ZSTD_SINGLE_SEGMENT = 0b10_0000;

/** The records of a batch; throws when they are damaged, unfold to over 64 MiB, or the codec is not known. */
export function decompress(bytes: Buffer, codec: number): Buffer {
  switch (codec) {
    case Codec.NONE:
      return bytes;
    case Codec.GZIP:
      return gunzipSync(bytes, { maxOutputLength: MOST_BYTES, chunkSize: chunkOf(bytes.length * 8) });
    case Codec.SNAPPY:
      checkBound(snappyBound(bytes));
      return compressionsAlgorithms.snappy.decompressSync(bytes);
    case Codec.LZ4:
      checkBound(lz4Bound(bytes));
      return compressionsAlgorithms.lz4.decompressSync(bytes);
    case Codec.ZSTD:
      return zstdDecompressSync(bytes, {
        maxOutputLength: MOST_BYTES,
        chunkSize: chunkOf(zstdContentBytes(bytes) ?? bytes.length * 8),
      });
    default:
      throw new RangeError(`Cannot read a batch as codec ${codec} is not known`);
  }
}

function checkBound(unfoldedBytes: number): void {
  if (unfoldedBytes > MOST_BYTES)
    throw new RangeError(`Cannot read a batch that unfolds to more than ${MOST_BYTES} bytes`);
}

/** One allocation instead of many: the engine collects the output in pieces of this size, and asks for more when full. */
function chunkOf(expectedBytes: number): number {
  return Math.min(8 * 2 ** 20, Math.max(4096, expectedBytes + 64));
}

/** The size a Zstandard frame says it unfolds to, RFC 8878 section 3.1.1.1; undefined when it does not say. */
function zstdContentBytes(frame: Buffer): number | undefined {
  if (frame.length < 14) return undefined;
  const descriptor = frame[4] as number;
  const single = (descriptor & ZSTD_SINGLE_SEGMENT) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0b11] as number;
  const at = 5 + (single ? 0 : 1) + dictionaryBytes;
  switch (descriptor >> 6) {
    case 0:
      return single ? frame[at] : undefined;
    case 1:
      return frame.readUInt16LE(at) + 256;
    case 2:
      return frame.readUInt32LE(at);
    default:
      return Number(frame.readBigUInt64LE(at));
  }
}
