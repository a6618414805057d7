import { expect, test } from 'vitest';
import { parseBroker } from '../../../../log/kafka/cluster/parse-broker.ts';

test.each([
  ['kafka:9092', { host: 'kafka', port: 9092 }],
  ['10.0.0.1:29092', { host: '10.0.0.1', port: 29_092 }],
  ['[::1]:9092', { host: '::1', port: 9092 }],
])('parseBroker() reads %s', (text, broker) => {
  expect(parseBroker(text)).toEqual(broker);
});

test.each(['', 'kafka', 'kafka:', ':9092', '::1:9092', 'kafka:port'])(
  'parseBroker() refuses "%s"',
  (text) => {
    expect(() => parseBroker(text)).toThrow(TypeError);
  },
);
