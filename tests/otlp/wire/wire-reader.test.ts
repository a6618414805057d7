import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestTooLargeError } from '../../../otlp/errors.ts';
import { WireError } from '../../../otlp/wire/wire-error.ts';
import { WireReader } from '../../../otlp/wire/wire-reader.ts';
import { WireWriter } from '../../../otlp/wire/wire-writer.ts';
import * as by from '../support/encode.ts';

describe('WireReader', () => {
  const FAULTS: Record<string, [Buffer, RegExp]> = {
    'a truncated tag': [Buffer.from([0x80]), /truncated tag/],
    'field number 0': [Buffer.from([0x02, 0x00]), /field number 0/],
    'a field number beyond 2^29': [Buffer.from([0x80, 0x80, 0x80, 0x80, 0x10]), /field number out of range/],
    'wire type 6': [Buffer.from([0x0e]), /wire type 6/],
    'wire type 7': [Buffer.from([0x0f]), /wire type 7/],
    'an end of group without a start': [Buffer.from([0x0c]), /did not start/],
    'a group that ends under another number': [Buffer.from([0x0b, 0x14]), /another number/],
    'a group without end': [Buffer.from([0x0b, 0x10, 0x01]), /without end/],
    'a truncated varint': [Buffer.from([0x08, 0xff]), /truncated varint/],
    'a varint of 11 bytes': [Buffer.from([0x08, ...Array(10).fill(0x80), 0x01]), /longer than 10/],
    'a truncated fixed64': [Buffer.from([0x09, 1, 2, 3]), /truncated field/],
    'a truncated fixed32': [Buffer.from([0x0d, 1, 2, 3]), /truncated field/],
    'a length past the end': [Buffer.from([0x0a, 0x02, 0x00]), /past the end/],
    'a truncated length': [Buffer.from([0x0a, 0x80]), /truncated length/],
    'a length of 2^35': [Buffer.from([0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), /length out of range/],
    'groups nested 65 deep': [Buffer.alloc(130, Buffer.from([0x0b])), /nested deeper than 64/],
  };

  test.each(Object.entries(FAULTS))('refuses %s', (_, [bytes, reason]) => {
    const reader = new WireReader(bytes);
    const skipOne = () => reader.skip(reader.tag(bytes.length), bytes.length, 0);
    expect(skipOne).toThrow(WireError);
    reader.position = 0;
    expect(skipOne).toThrow(reason);
  });

  test('skip() steps over every kind of field and a group with fields in it', () => {
    const bytes = by.concat(
      by.number(1, 2n ** 64n - 1n),
      by.fixed64(2, 1),
      by.text(3, 'text'),
      by.fixed32(4, 1),
      by.tag(5, 3),
      by.text(1, 'inside'),
      by.tag(5, 4),
      by.number(536_870_911, 1),
    );
    const reader = new WireReader(bytes);
    const numbers: number[] = [];
    while (reader.position < bytes.length) {
      const tag = reader.tag(bytes.length);
      numbers.push(tag >>> 3);
      reader.skip(tag, bytes.length, 0);
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5, 536_870_911]);
  });
});

describe('WireWriter', () => {
  test('writes what the independent encoder writes', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat(2 ** 32 - 1),
        fc.double(),
        (wide, narrow, real) => {
          const writer = new WireWriter({ initialBytes: 1 });
          const [high, low] = [Number(wide >> 32n), Number(wide & 0xffffffffn)];
          writer.tag(1, 0);
          writer.varint64(high, low);
          writer.tag(2, 1);
          writer.fixed64(high, low);
          writer.tag(3, 0);
          writer.varint(narrow);
          writer.tag(4, 5);
          writer.fixed32(narrow);
          writer.tag(5, 1);
          writer.double(real);
          const expected = [
            by.number(1, wide),
            by.fixed64(2, wide),
            by.number(3, narrow),
            by.fixed32(4, narrow),
          ];
          expect(Buffer.from(writer.finish())).toEqual(by.concat(...expected, by.double(5, real)));
        },
      ),
    );
  });

  test.each([0, 1, 127, 128, 129, 16_383, 16_384, 70_000])(
    'end() puts the length in front of %i bytes',
    (size) => {
      const payload = Buffer.alloc(size, 7);
      const writer = new WireWriter({ initialBytes: 16 });
      writer.tag(1, 2);
      const outer = writer.begin();
      writer.tag(2, 2);
      const inner = writer.begin();
      writer.raw(payload);
      writer.end(inner);
      writer.end(outer);
      expect(Buffer.from(writer.finish())).toEqual(by.message(1, by.bytes(2, payload)));
    },
  );

  test('refuses to grow beyond its limit, and not before', () => {
    const writer = new WireWriter({ maxBytes: 1000 });
    writer.raw(Buffer.alloc(1000));
    expect(writer.finish().length).toBe(1000);
    writer.byte(1);
    expect(() => writer.finish()).toThrow(RequestTooLargeError);
    expect(() => writer.raw(Buffer.alloc(100_000))).toThrow(RequestTooLargeError);
  });
});
