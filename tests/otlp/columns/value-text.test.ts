import { describe, expect, test } from 'vitest';
import { bytesField, doubleField, message, varintField } from '../../../bench/payload/protobuf.ts';
import { decodeLogs } from '../../../otlp/columns/decode.ts';
import { valueText } from '../../../otlp/columns/value-text.ts';

/** The text of an AnyValue message, decoded as a log's body. */
function textOf(value: Uint8Array): string {
  const bytes = bytesField(1, bytesField(2, bytesField(2, bytesField(5, value))));
  const { body, source, undecodable } = decodeLogs([{ bytes, offset: 0, appendedMillis: 1, tenant: '' }]);
  expect(undecodable).toEqual([]);
  return valueText(source, body.kinds[0] as number, body.starts[0] as number, body.ends[0] as number);
}

const array = (...items: Uint8Array[]) => bytesField(5, message(...items.map((item) => bytesField(1, item))));
const list = (...pairs: [string, Uint8Array][]) =>
  bytesField(
    6,
    message(...pairs.map(([key, value]) => bytesField(1, message(bytesField(1, key), bytesField(2, value))))),
  );
const text = (value: string) => bytesField(1, value);
const int = (value: bigint) => varintField(3, value);
const double = (value: number) => doubleField(4, value);

const CASES: Record<string, [Uint8Array, string]> = {
  'the empty value as nothing': [message(), ''],
  'text as it is': [text('a "b" <c> \u2028\uFEFF'), 'a "b" <c> \u2028\uFEFF'],
  'text with a byte order mark with it': [text('\uFEFFa'), '\uFEFFa'],
  true: [varintField(2, 1), 'true'],
  false: [varintField(2, 0), 'false'],
  'a bool in a long varint as true': [bytesOf(0x10, 0x80, 0x01), 'true'],
  zero: [int(0n), '0'],
  'the largest integer': [int(2n ** 63n - 1n), '9223372036854775807'],
  'the smallest integer': [int(-(2n ** 63n)), '-9223372036854775808'],
  'minus one': [int(-1n), '-1'],
  'a whole double without a point': [double(3), '3'],
  'a fraction in its shortest form': [double(0.1), '0.1'],
  'minus zero': [double(-0), '-0'],
  'a large double in full': [double(1e20), '100000000000000000000'],
  'a larger double with an exponent': [double(1e21), '1e+21'],
  'a small double in full': [double(0.000001), '0.000001'],
  'a smaller double with an exponent': [double(1.5e-7), '1.5e-7'],
  'what is not a number': [double(Number.NaN), 'json: unsupported value: NaN'],
  'plus infinity': [double(Number.POSITIVE_INFINITY), 'json: unsupported value: +Inf'],
  'minus infinity': [double(Number.NEGATIVE_INFINITY), 'json: unsupported value: -Inf'],
  'bytes in base64': [bytesField(7, Uint8Array.of(0xfb, 0xff, 0x00)), '+/8A'],
  'an empty array': [array(), '[]'],
  'an array of all kinds': [
    array(
      text('a"b'),
      int(-5n),
      double(1.5),
      varintField(2, 1),
      message(),
      bytesField(7, 'x'),
      array(int(1n)),
    ),
    '["a\\"b",-5,1.5,true,null,"eA==",[1]]',
  ],
  'a list with sorted keys': [list(['b', int(1n)], ['a', list(['c', text('d')])]), '{"a":{"c":"d"},"b":1}'],
  'a list whose keys repeat with the last value': [list(['k', int(1n)], ['k', int(2n)]), '{"k":2}'],
  'a list sorted by bytes, not by UTF-16': [
    list(['\u{1F600}', int(1n)], ['\uFFFD', int(2n)]),
    '{"\uFFFD":2,"\u{1F600}":1}',
  ],
  'markup in JSON escaped': [array(text('<a&b>\u2028\u2029')), '["\\u003ca\\u0026b\\u003e\\u2028\\u2029"]'],
  'control characters in JSON escaped': [array(text('\n\t\u0001')), '["\\n\\t\\u0001"]'],
  'numbers JSON has no word for as null': [array(double(Number.NaN)), '[null]'],
  'an integer beyond doubles in JSON exactly': [array(int(2n ** 62n + 1n)), '[4611686018427387905]'],
  'the last member of a value that has two': [message(text('a'), int(7n)), '7'],
};

function bytesOf(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes);
}

describe('valueText()', () => {
  for (const [sentence, [value, expected]] of Object.entries(CASES)) {
    test(`valueText() gives ${sentence}`, () => {
      expect(textOf(value)).toBe(expected);
    });
  }
});
