import { int, METHODS, type RequestPosition, ROUTES, resource, SERVICES, scope, text } from './common.ts';
import { bytesField, double, doubleField, fixed64, fixed64Field, message, varintField } from './protobuf.ts';
import type { Random } from './random.ts';

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const CUMULATIVE = 2;
const INTERVAL_NANOS = 10_000_000_000n;

/**
 * An ExportMetricsServiceRequest over five resources: half of them monotonic cumulative sums, a
 * quarter gauges, a quarter histograms with 15 buckets; four attributes a point.
 */
export function metricRequest(random: Random, position: RequestPosition): Uint8Array {
  const perService = Math.floor(position.records / SERVICES.length);
  return message(
    ...SERVICES.map((_, service) => {
      const scopeMetrics = message(
        bytesField(1, scope('app.meter', '1.0.0')),
        ...metrics(random, perService, position.baseNanos).map((metric) => bytesField(2, metric)),
      );
      return bytesField(1, message(bytesField(1, resource(service)), bytesField(2, scopeMetrics)));
    }),
  );
}

function metrics(random: Random, points: number, baseNanos: bigint): readonly Uint8Array[] {
  const sums: Uint8Array[] = [];
  const gauges: Uint8Array[] = [];
  const histograms: Uint8Array[] = [];
  for (let index = 0; index < points; index++) {
    if (index % 2 === 0) sums.push(bytesField(1, sumPoint(random, index, baseNanos)));
    else if (index % 4 === 1) gauges.push(bytesField(1, gaugePoint(random, index, baseNanos)));
    else histograms.push(bytesField(1, histogramPoint(random, index, baseNanos)));
  }
  const sum = message(...sums, varintField(2, CUMULATIVE), varintField(3, true));
  const histogram = message(...histograms, varintField(2, CUMULATIVE));
  return [
    message(bytesField(1, 'http.server.requests'), bytesField(3, '{request}'), bytesField(7, sum)),
    message(bytesField(1, 'process.cpu.utilization'), bytesField(3, '1'), bytesField(5, message(...gauges))),
    message(bytesField(1, 'http.server.request.duration'), bytesField(3, 's'), bytesField(9, histogram)),
  ];
}

function attributes(field: number, index: number): readonly Uint8Array[] {
  return [
    text('http.request.method', METHODS[index % METHODS.length] as string),
    text('http.route', ROUTES[index % ROUTES.length] as string),
    int('http.response.status_code', 200 + (index % 3)),
    text('server.address', `h-${index}`),
  ].map((attribute) => bytesField(field, attribute));
}

function sumPoint(random: Random, index: number, baseNanos: bigint): Uint8Array {
  return message(
    fixed64Field(2, baseNanos),
    fixed64Field(3, baseNanos + INTERVAL_NANOS),
    fixed64Field(6, random.below(1_000_000)),
    ...attributes(7, index),
  );
}

function gaugePoint(random: Random, index: number, baseNanos: bigint): Uint8Array {
  return message(
    fixed64Field(3, baseNanos + INTERVAL_NANOS),
    doubleField(4, random.unit()),
    ...attributes(7, index),
  );
}

function histogramPoint(random: Random, index: number, baseNanos: bigint): Uint8Array {
  const buckets = Array.from({ length: BOUNDS.length + 1 }, () => random.below(50));
  const count = buckets.reduce((sum, bucket) => sum + bucket, 0);
  return message(
    fixed64Field(2, baseNanos),
    fixed64Field(3, baseNanos + INTERVAL_NANOS),
    fixed64Field(4, count),
    doubleField(5, random.unit() * 100),
    bytesField(6, message(...buckets.map(fixed64))),
    bytesField(7, message(...BOUNDS.map(double))),
    ...attributes(9, index),
    doubleField(11, 0.001),
    doubleField(12, 9.5),
  );
}
