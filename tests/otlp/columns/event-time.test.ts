import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesField, fixed64Field, message } from '../../../bench/payload/protobuf.ts';
import { decodeLogs, decodeMetrics, decodeSpans } from '../../../otlp/columns/decode.ts';
import {
  logEventMillis,
  millisOfHalves,
  pointEventMillis,
  spanEventMillis,
} from '../../../otlp/columns/event-time.ts';
import type { EncodedRequest } from '../../../otlp/columns/types.ts';

const MILLI = 1_000_000n;
const APPENDED = 1_800_000_000_123;

function request(record: Uint8Array): EncodedRequest[] {
  const bytes = bytesField(1, bytesField(2, bytesField(2, record)));
  return [{ bytes, offset: 0, appendedMillis: APPENDED, tenant: '' }];
}

describe('millisOfHalves()', () => {
  test('millisOfHalves() rounds any 64-bit nanoseconds down exactly', () => {
    const near = fc
      .tuple(fc.bigInt({ min: 0n, max: 18_446_744_073_709n }), fc.constantFrom(-1n, 0n, 1n, 999_999n))
      .map(([millis, rest]) => BigInt.asUintN(64, millis * MILLI + rest));
    const any = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(fc.oneof(any, near), (nanos) => {
        const halves = [Number(nanos >> 32n), Number(nanos & 0xffff_ffffn)] as const;
        expect(millisOfHalves(...halves)).toBe(Number(nanos / MILLI));
      }),
      { numRuns: 3000, seed: 8 },
    );
  });
});

describe('spanEventMillis()', () => {
  const cases: Record<string, { start: bigint; end: bigint; expected: number }> = {
    'its end': { start: 1n * MILLI, end: 5n * MILLI - 1n, expected: 4 },
    'its start when the end is 0': { start: 7n * MILLI, end: 0n, expected: 7 },
    'its start when the end is before it by a nanosecond': {
      start: 7n * MILLI,
      end: 7n * MILLI - 1n,
      expected: 7,
    },
    'its start when the end is before it by much': { start: 2n ** 40n, end: 5n, expected: 1_099_511 },
    'both when they are equal': { start: 9n * MILLI, end: 9n * MILLI, expected: 9 },
    '0 when there is neither': { start: 0n, end: 0n, expected: 0 },
  };
  for (const [sentence, { start, end, expected }] of Object.entries(cases)) {
    test(`spanEventMillis() takes a span at ${sentence}`, () => {
      const span = message(fixed64Field(7, start), fixed64Field(8, end));
      expect([...spanEventMillis(decodeSpans(request(span)))]).toEqual([expected]);
    });
  }
});

describe('logEventMillis()', () => {
  const cases: Record<string, { time: bigint; observed: bigint; expected: number }> = {
    'its own time': { time: 3n * MILLI, observed: 5n * MILLI, expected: 3 },
    'when it was observed, without a time': { time: 0n, observed: 5n * MILLI, expected: 5 },
    'when it was appended, without either': { time: 0n, observed: 0n, expected: APPENDED },
  };
  for (const [sentence, { time, observed, expected }] of Object.entries(cases)) {
    test(`logEventMillis() takes a record at ${sentence}`, () => {
      const log = message(fixed64Field(1, time), fixed64Field(11, observed));
      expect([...logEventMillis(decodeLogs(request(log)))]).toEqual([expected]);
    });
  }
});

describe('pointEventMillis()', () => {
  test('pointEventMillis() takes a point at its time', () => {
    const metric = bytesField(5, bytesField(1, fixed64Field(3, 12n * MILLI + 5n)));
    expect([...pointEventMillis(decodeMetrics(request(metric)).gauge)]).toEqual([12]);
  });
});
