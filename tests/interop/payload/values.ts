/** Attributes of every kind OTLP has, and the text the tables hold for them. */

import { bytes, concat, double, message, number, text } from '../../otlp/support/encode.ts';
import { attribute, stringValue } from '../../otlp/support/payloads.ts';

const arrayValue = (...values: readonly Uint8Array[]) =>
  message(5, ...values.map((value) => bytes(1, value)));
const mapValue = (...pairs: readonly Uint8Array[]) => message(6, ...pairs);
const intValue = (value: bigint | number) => number(3, value);
const boolValue = (value: boolean) => number(2, value ? 1 : 0);
const doubleValue = (value: number) => double(4, value);

/** KeyValues in the field with this number, in an order that is not the keys'. */
export function everyValue(field: number): Uint8Array {
  return concat(
    attribute(field, 'text', stringValue('Grüße, 世界 🚀')),
    attribute(field, 'empty.text', stringValue('')),
    attribute(field, 'integer', intValue(42)),
    attribute(field, 'smallest', intValue(-(2n ** 63n))),
    attribute(field, 'largest', intValue(2n ** 63n - 1n)),
    attribute(field, 'fraction', doubleValue(0.1)),
    attribute(field, 'yes', boolValue(true)),
    attribute(field, 'no', boolValue(false)),
    attribute(field, 'bytes', bytes(7, Buffer.from([0, 1, 254, 255]))),
    attribute(field, 'nothing', new Uint8Array(0)),
    attribute(field, 'list', arrayValue(stringValue('a'), intValue(1), boolValue(true), doubleValue(2.5))),
    attribute(
      field,
      'map',
      mapValue(
        attribute(1, 'inner', stringValue('x')),
        attribute(1, 'deeper', mapValue(attribute(1, 'list', arrayValue(intValue(7), stringValue('y'))))),
      ),
    ),
  );
}

/** What a Map column holds for {@link everyValue}. */
export const EVERY_VALUE_STORED = {
  bytes: 'AAH+/w==',
  'empty.text': '',
  fraction: '0.1',
  integer: '42',
  largest: '9223372036854775807',
  list: '["a",1,true,2.5]',
  map: '{"deeper":{"list":[7,"y"]},"inner":"x"}',
  no: 'false',
  nothing: '',
  smallest: '-9223372036854775808',
  text: 'Grüße, 世界 🚀',
  yes: 'true',
} as const;

/** Attributes that are plain text. */
export function texts(field: number, values: Readonly<Record<string, string>>): Uint8Array {
  return concat(...Object.entries(values).map(([key, value]) => attribute(field, key, stringValue(value))));
}

/** A Resource message in field 1, with these attributes. */
export const resourceOf = (values: Readonly<Record<string, string>>): Uint8Array =>
  message(1, texts(1, values));

/** An InstrumentationScope in field 1, with an attribute. */
export const scopeOf = (name: string, version: string): Uint8Array =>
  message(1, text(1, name), text(2, version), texts(3, { 'scope.kind': 'test' }));
