/**
 * The most that a compressed batch can unfold to, told by its frames before it is unfolded: for codecs whose library has
 * no limit of its own. Frames that are not what they should be count as what they are; unfolding them will fail.
 */

/*
  Snappy as Kafka's Java client writes it: 16 bytes of header, then blocks: length i32 big-endian | raw snappy
  raw snappy: unfolded length varint | elements
*/
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Of snappy, raw or in blocks. */
export function snappyBound(bytes: Buffer): number {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return unfoldedLength(bytes);
  let bound = 0;
  for (let at = XERIAL_HEADER_BYTES; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    bound += unfoldedLength(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return bound;
}

function unfoldedLength(raw: Buffer): number {
  let length = 0;
  for (let at = 0; at < Math.min(5, raw.length); at++) {
    const byte = raw[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) break;
  }
  return length;
}

/*
  LZ4 frame (lz4_Frame_format.md): magic u32 | flags u8 | block descriptor u8 | [content size u64] | [dictionary id u32] |
    header checksum u8 | blocks: size u32, its high bit set when not compressed | data | [checksum u32] | end mark 0 u32
  little-endian; unfolded blocks are at most 64 KiB, 256 KiB, 1 MiB or 4 MiB, as the descriptor says
*/
const LZ4_MAGIC = 0x184d2204;
const LZ4_SIZE_MASK = 0x7fff_ffff;
/** A compressed byte stands for at most so many. */
const LZ4_MOST_PER_BYTE = 255;

/** Of an LZ4 frame. */
export function lz4Bound(bytes: Buffer): number {
  // Other kinds of frames are not looked into.
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== LZ4_MAGIC) return bytes.length * LZ4_MOST_PER_BYTE;
  const flags = bytes[4] as number;
  const blockBytes = 2 ** (8 + 2 * (((bytes[5] as number) >> 4) & 7));
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4;
  let bound = 0;
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  while (at + 4 <= bytes.length) {
    const size = bytes.readUInt32LE(at) & LZ4_SIZE_MASK;
    // Behind the end there may be another frame.
    if (size === 0) return bound + (bytes.length - at) * LZ4_MOST_PER_BYTE;
    bound += Math.min(blockBytes, size * LZ4_MOST_PER_BYTE);
    at += 4 + size + checksumBytes;
  }
  return bound;
}
