import { compressionsAlgorithms } from '@platformatic/kafka';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decompress } from '../../../../log/kafka/batch/decompress.ts';
import { Codec } from '../../../../log/kafka/batch/layout.ts';
import { lz4Bound, snappyBound } from '../../../../log/kafka/batch/unfolded-bound.ts';

/** The library's encoder cannot take nothing once its memory has grown. */
const contents = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4000 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.integer({ min: 1, max: 5000 }))
    .map(([bytes, times]) => new Uint8Array(Buffer.alloc(bytes.length * times, bytes))),
);
const XERIAL_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);

/** Blocks as Kafka's Java client writes them. */
function inBlocks(raw: readonly Buffer[]): Buffer {
  const blocks = raw.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    return [length, block];
  });
  return Buffer.concat([XERIAL_HEADER, ...blocks]);
}

describe('snappyBound()', () => {
  test('is what snappy unfolds to, raw and in blocks', () => {
    fc.assert(
      fc.property(fc.array(contents, { minLength: 1, maxLength: 4 }), (parts) => {
        const raw = parts.map((part) => compressionsAlgorithms.snappy.compressSync(Buffer.from(part)));
        const [first = 0, ...rest] = parts.map(({ length }) => length);
        expect(snappyBound(raw[0] as Buffer)).toBe(first);
        expect(snappyBound(inBlocks(raw))).toBe(rest.reduce((sum, length) => sum + length, first));
      }),
      { numRuns: 200 },
    );
  });
});

describe('lz4Bound()', () => {
  test('is never less than what a frame unfolds to', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const frame = compressionsAlgorithms.lz4.compressSync(Buffer.from(content));
        const unfolded = compressionsAlgorithms.lz4.decompressSync(frame);
        expect(unfolded.equals(Buffer.from(content))).toBe(true);
        expect(lz4Bound(frame)).toBeGreaterThanOrEqual(content.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('decompress()', () => {
  test.each([
    ['snappy that says it unfolds to 4 GiB', Codec.SNAPPY, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0])],
    [
      'blocks of snappy that are too much together',
      Codec.SNAPPY,
      inBlocks(Array(3).fill(Buffer.from([0x80, 0x80, 0x80, 0x40, 0]))),
    ],
    ['an LZ4 frame of too many blocks', Codec.LZ4, manyLz4Blocks(65)],
  ])('refuses %s before it unfolds it', (_, codec, bytes) => {
    expect(() => decompress(bytes, codec)).toThrow('unfolds to more than 67108864 bytes');
  });
});

/** Of 1 MiB each when unfolded, as far as the frame tells. */
function manyLz4Blocks(count: number): Buffer {
  const block = Buffer.alloc(4 + 5000);
  block.writeUInt32LE(5000);
  return Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x60, 0]),
    ...Array<Buffer>(count).fill(block),
  ]);
}
