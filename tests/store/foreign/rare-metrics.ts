/** An OTLP request of the metrics the benchmark's payload has none of: exponential histograms and summaries. */
import { BASE_NANOS } from '../../../bench/payload/common.ts';
import {
  bytesField,
  doubleField,
  fixed64Field,
  message,
  varintBytes,
  varintField,
  zigzagField,
} from '../../../bench/payload/protobuf.ts';
import { metricsRequest } from '../../otlp/columns/metric-messages.ts';

const TIMES = [fixed64Field(2, BASE_NANOS), fixed64Field(3, BASE_NANOS + 1_234_567_890n)];

const EXEMPLAR = message(
  fixed64Field(2, BASE_NANOS + 5n),
  doubleField(3, 2.5),
  bytesField(4, Buffer.from('1112131415161718', 'hex')),
  bytesField(5, Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex')),
);

function buckets(offset: number, counts: readonly bigint[]): Uint8Array {
  return message(zigzagField(1, offset), bytesField(2, message(...counts.map(varintBytes))));
}

const EXPONENTIAL_POINT = message(
  ...TIMES,
  fixed64Field(4, 12n),
  doubleField(5, 99.5),
  zigzagField(6, -3),
  fixed64Field(7, 8n),
  bytesField(8, buckets(-4, [1n, 0n, 2n ** 64n - 1n])),
  bytesField(9, buckets(5, [7n])),
  bytesField(11, EXEMPLAR),
  doubleField(12, 0.1),
  doubleField(13, 50),
);

const SUMMARY_POINT = message(
  ...TIMES,
  fixed64Field(4, 9n),
  doubleField(5, 4.5),
  bytesField(6, message(doubleField(1, 0.5), doubleField(2, 1.25))),
  bytesField(6, message(doubleField(1, 0.99), doubleField(2, 8))),
);

export const RARE_METRICS = metricsRequest([
  message(
    bytesField(1, 'exponential'),
    bytesField(10, message(bytesField(1, EXPONENTIAL_POINT), varintField(2, 2))),
  ),
  message(bytesField(1, 'summary'), bytesField(11, bytesField(1, SUMMARY_POINT))),
]);
