/** Trace requests for engine tests, in protobuf. */
import { bytes, concat, fixed64, message, number, text } from '../../otlp/support/encode.ts';
import { attribute, resource, stringValue } from '../../otlp/support/payloads.ts';

export interface TestSpan {
  /** When it ended, nanoseconds. */
  readonly endNanos: bigint;
  readonly isBad?: boolean;
  readonly traceId?: string;
}

export const nanos = (millis: number): bigint => BigInt(Math.round(millis)) * 1_000_000n;

/** One `ExportTraceServiceRequest` with spans of the service `shop`. */
export function traceRequest(spans: readonly TestSpan[]): Uint8Array {
  const encoded = spans.map(({ endNanos, isBad = false, traceId = '11'.repeat(16) }) =>
    message(
      2,
      bytes(1, Buffer.from(traceId, 'hex')),
      bytes(2, Buffer.from('22'.repeat(8), 'hex')),
      text(5, 'GET /'),
      number(6, 2),
      fixed64(7, endNanos - 1_000_000n),
      fixed64(8, endNanos),
      message(15, number(3, isBad ? 2 : 1)),
    ),
  );
  return message(1, resource('shop'), message(2, message(1, text(1, 'test')), ...encoded));
}

/** The same, one span a millisecond apart, `bad` of `total` of them bad. */
export function burst(atMillis: number, total: number, bad = 0): Uint8Array {
  const spans = Array.from({ length: total }, (_, index) => ({
    endNanos: nanos(atMillis),
    isBad: index < bad,
    ...(index < bad ? { traceId: (index + 1).toString(16).padStart(32, '0') } : {}),
  }));
  return traceRequest(spans);
}

/** One `ExportLogsServiceRequest` with records at a time, with the severity given. */
export function logRequest(atMillis: number, severities: readonly number[]): Uint8Array {
  const records = severities.map((severity) =>
    message(2, concat(fixed64(1, nanos(atMillis)), number(2, severity), bytes(5, stringValue('text')))),
  );
  return message(1, resource('shop'), message(2, message(1, text(1, 'test')), ...records));
}

/** One `ExportMetricsServiceRequest` with a gauge of these values at a time. */
export function gaugeRequest(atMillis: number, values: readonly number[]): Uint8Array {
  const points = values.map((value) => {
    const double = Buffer.alloc(8);
    double.writeDoubleLE(value);
    const point = concat(fixed64(3, nanos(atMillis)), Buffer.from([0x21]), double);
    return message(1, point, attribute(7, 'k', stringValue('v')));
  });
  const metric = message(2, text(1, 'queue.length'), message(5, ...points));
  return message(1, resource('shop'), message(2, message(1, text(1, 'test')), metric));
}
