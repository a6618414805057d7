import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUsualAttribute } from '../../../otlp/validate/usual-attribute.ts';

const length = (bytes: readonly number[]) => [bytes.length, ...bytes];
const ascii = (text: string) => [...Buffer.from(text, 'latin1')];
const keyValue = (key: readonly number[], value: readonly number[]) => [
  0x0a,
  ...length(key),
  0x12,
  ...length(value),
];

/** Between other bytes: nothing may be read beyond the ends. */
function check(content: readonly number[], around = 0x0a): boolean {
  const bytes = Uint8Array.from([around, ...content, around, around, around, around]);
  const view = new DataView(bytes.buffer);
  return isUsualAttribute(bytes, view, 1, 1 + content.length);
}

describe('isUsualAttribute()', () => {
  test.each([
    ['a text', [0x0a, ...length(ascii('GET'))]],
    ['an empty text', [0x0a, 0]],
    ['a bool', [0x10, 1]],
    ['an int', [0x18, 0xac, 0x02]],
    ['a negative int', [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a double', [0x21, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
  ])('knows %s', (_, value) => {
    expect(check(keyValue(ascii('http.request.method'), value))).toBe(true);
    expect(check(keyValue([], value))).toBe(true);
  });

  test.each([
    ['no value', [0x0a, ...length(ascii('key'))]],
    ['an empty value', keyValue(ascii('key'), [])],
    ['a key that is not ASCII', keyValue([0xc3, 0xa9], [0x0a, 0])],
    ['a text that is not ASCII', keyValue(ascii('key'), [0x0a, 2, 0xc3, 0xa9])],
    ['a varint that does not end', keyValue(ascii('key'), [0x18, 0x80])],
    ['a varint that ends early', keyValue(ascii('key'), [0x18, 0x01, 0x01])],
    ['a varint of eleven bytes', keyValue(ascii('key'), [0x18, ...Array(10).fill(0x80), 0x01])],
    ['a short double', keyValue(ascii('key'), [0x21, 0, 0])],
    ['a text longer than its value', keyValue(ascii('key'), [0x0a, 9, 0x61])],
    ['a text shorter than its value', keyValue(ascii('key'), [0x0a, 0, 0x61])],
    ['an array', keyValue(ascii('key'), [0x2a, 0])],
    ['a field behind', [...keyValue(ascii('key'), [0x10, 1]), 0x18, 0x01]],
    ['the value first', [0x12, 2, 0x10, 1, 0x0a, 1, 0x61]],
    ['a key with a long length', [0x0a, 0x81, 0x00, 0x61, 0x12, 2, 0x10, 1]],
  ])('leaves %s to others', (_, content) => {
    expect(check(content)).toBe(false);
  });

  test('reads nothing beyond its range', () => {
    const anything = fc.array(fc.constantFrom(0x0a, 0x12, 0x18, 0x21, 0, 1, 2, 3, 0x61, 0x80), {
      maxLength: 24,
    });
    fc.assert(
      fc.property(anything, (content) => {
        expect(check(content, 0xff)).toBe(check(content, 0x01));
      }),
      { numRuns: 5000 },
    );
  });
});
