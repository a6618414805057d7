import { expect, test } from 'vitest';
import { JsonFault, type JsonValue, readJson } from '../../../fuzz/oracle/json.ts';
import { PayloadSource } from '../../../fuzz/payload/payload-source.ts';
import { SIGNALS } from '../../../schemas/names.ts';

const DEEPEST = 1000;
/** Texts that nest too deep to be compared value by value. */
const DEEP = /\[{200}|(?:\{"a":){200}|(?:\{"arrayValue":\{"values":\[){100}/;

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonFault) return 'no JSON';
    throw error;
  }
}

/** As `JSON.parse` gives it: of a name given twice the last value. */
function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'number':
      return Number(value.text);
    case 'array':
      return value.items.map(plain);
    case 'object': {
      const object: Record<string, unknown> = {};
      for (const [name, member] of value.members)
        Object.defineProperty(object, name, {
          value: plain(member),
          enumerable: true,
          writable: true,
          configurable: true,
        });
      return object;
    }
    default:
      return value.value;
  }
}

test.each(SIGNALS)('readJson() takes what JSON.parse() takes, and to the same effect: %s', (signal) => {
  const source = new PayloadSource({ signal, encoding: 'json' }, 11);
  let broken = 0;
  for (let number = 0; number < 1500; number++) {
    const { body, compression } = source.payload(number);
    const text = Buffer.from(body).toString();
    if (compression !== 'identity' || DEEP.test(text)) continue;
    const expected = outcome(() => JSON.parse(text));
    expect(outcome(() => plain(readJson(text, DEEPEST)))).toEqual(expected);
    if (expected === 'no JSON') broken++;
  }
  expect(broken).toBeGreaterThan(100);
  expect(broken).toBeLessThan(1400);
});

test('readJson() keeps names given twice, in their order, and numbers as they are written', () => {
  expect(readJson(' {"a":1.0,"b":[],"a":1e2} ', 2)).toEqual({
    kind: 'object',
    members: [
      ['a', { kind: 'number', text: '1.0' }],
      ['b', { kind: 'array', items: [] }],
      ['a', { kind: 'number', text: '1e2' }],
    ],
  });
  expect(() => readJson('[[[0]]]', 2)).toThrow(JsonFault);
});
