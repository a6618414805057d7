import { expect, test } from 'vitest';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../log/kafka/group/consumer-protocol.ts';

/** As Kafka's Java consumer writes it, in the versions 0 to 3, from `owned` on. */
const HEAD = '0000000200096f746c705f6c6f6773000a6f746c705f7370616e73ffffffff';
const OWNED =
  '0000000200096f746c705f6c6f67730000000100000001000a6f746c705f7370616e73000000020000000000000003';
const SUBSCRIPTION = {
  topics: ['otlp_logs', 'otlp_spans'],
  owned: [
    { topic: 'otlp_logs', partition: 1 },
    { topic: 'otlp_spans', partition: 0 },
    { topic: 'otlp_spans', partition: 3 },
  ],
  generation: 7,
};

test('encodeSubscription() writes what Kafka writes', () => {
  expect(encodeSubscription(SUBSCRIPTION).toString('hex')).toBe(`0002${HEAD}${OWNED}00000007`);
});

test.each([
  ['0', `0000${HEAD}`, { ...SUBSCRIPTION, owned: [], generation: -1 }],
  ['1', `0001${HEAD}${OWNED}`, { ...SUBSCRIPTION, generation: -1 }],
  ['2', `0002${HEAD}${OWNED}00000007`, SUBSCRIPTION],
  ['3', `0003${HEAD}${OWNED}00000007ffff`, SUBSCRIPTION],
])('decodeSubscription() reads version %s', (_version, hex, subscription) => {
  expect(decodeSubscription(Buffer.from(hex, 'hex'))).toEqual(subscription);
});

test('encodeAssignment() writes what Kafka writes and decodeAssignment() reads it', () => {
  const partitions = [
    { topic: 'otlp_spans', partition: 0 },
    { topic: 'otlp_logs', partition: 1 },
  ];
  const hex =
    '000000000002000a6f746c705f7370616e73000000010000000000096f746c705f6c6f67730000000100000001ffffffff';
  expect(encodeAssignment(partitions).toString('hex')).toBe(hex);
  expect(decodeAssignment(Buffer.from(hex, 'hex'))).toEqual(partitions);
});

test('decodeAssignment() takes no bytes for no partitions', () => {
  expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
});

test('decodeSubscription() throws when the bytes end too early', () => {
  for (const length of [0, 1, 5, 20]) {
    const bytes = encodeSubscription(SUBSCRIPTION).subarray(0, length);
    expect(() => decodeSubscription(bytes)).toThrow(RangeError);
  }
});
