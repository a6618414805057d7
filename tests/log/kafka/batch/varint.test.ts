import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readVarint, varintBytes, writeVarint } from '../../../../log/kafka/batch/varint.ts';

test('readVarint() reads what writeVarint() wrote, of varintBytes() length', () => {
  const numbers = fc.oneof(fc.integer({ min: -1, max: 1000 }), fc.maxSafeNat());
  fc.assert(
    fc.property(
      numbers.map((value) => Math.min(value, 2 ** 52)),
      (value) => {
        const bytes = Buffer.alloc(10);
        const end = writeVarint(bytes, 0, value);
        const cursor = { bytes, at: 0 };
        expect(readVarint(cursor)).toBe(value);
        expect([cursor.at, varintBytes(value)]).toEqual([end, end]);
      },
    ),
  );
});

test('readVarint() reads negative numbers in zigzag', () => {
  expect(readVarint({ bytes: Buffer.from([0x03]), at: 0 })).toBe(-2);
  expect(readVarint({ bytes: Buffer.from([0xcf, 0x0f]), at: 0 })).toBe(-1000);
});

test('readVarint() throws when the bytes end within the number or go on for too long', () => {
  expect(() => readVarint({ bytes: Buffer.from([0x80]), at: 0 })).toThrow(RangeError);
  expect(() => readVarint({ bytes: Buffer.alloc(20, 0xff), at: 0 })).toThrow(RangeError);
});
