/**
 * Requests of 1,000 spans as `bench/payload` makes them, with the services of this bench in the resources. What a service
 * sends is one of a few lists of spans: making spans anew would take longer than counting them.
 */
import { randomBytes } from 'node:crypto';
import { int, METHODS, ROUTES, scope, text } from '../payload/common.ts';
import { bytesField, fixed64Field, message, varintField } from '../payload/protobuf.ts';
import { Random } from '../payload/random.ts';
import { serviceName } from './names.ts';

export const SPANS_PER_REQUEST = 1000;
const LISTS = 12;

export interface SpanRequestOptions {
  /** Services that send. */
  readonly services: number;
  /** Services in one request; divides 1,000. */
  readonly servicesPerRequest: number;
  /** The spans end within the ten seconds from here on, milliseconds since the epoch. */
  readonly fromMillis: number;
}

/** Makes request after request, each of the services that come next. */
export class SpanRequests {
  readonly #options: SpanRequestOptions;
  readonly #lists: readonly Uint8Array[];
  #next = 0;

  constructor(options: SpanRequestOptions) {
    const random = new Random(1);
    const spans = SPANS_PER_REQUEST / options.servicesPerRequest;
    this.#options = options;
    this.#lists = Array.from({ length: LISTS }, () => scopeSpans(random, spans, options.fromMillis));
  }

  /** An `ExportTraceServiceRequest`. */
  next(): Uint8Array {
    const { services, servicesPerRequest } = this.#options;
    const parts = Array.from({ length: servicesPerRequest }, () => {
      const service = this.#next % services;
      this.#next += 1;
      const list = this.#lists[this.#next % LISTS] as Uint8Array;
      return bytesField(1, message(bytesField(1, resource(service)), bytesField(2, list)));
    });
    return message(...parts);
  }
}

function resource(service: number): Uint8Array {
  const name = serviceName(service);
  return message(
    ...[
      text('service.name', name),
      text('service.version', '1.4.0'),
      text('service.instance.id', `${name}-0123-456789abcdef`),
      text('deployment.environment.name', 'production'),
      text('host.name', 'ip-10-0-17-9.ec2.internal'),
      text('k8s.pod.name', `${name}-5d4f8c7b9-abcde`),
      text('telemetry.sdk.language', 'nodejs'),
    ].map((attribute) => bytesField(1, attribute)),
  );
}

function scopeSpans(random: Random, spans: number, fromMillis: number): Uint8Array {
  const records = Array.from({ length: spans }, (_, index) => bytesField(2, span(random, index, fromMillis)));
  return message(bytesField(1, scope('@opentelemetry/instrumentation-http', '0.205.0')), ...records);
}

function span(random: Random, index: number, fromMillis: number): Uint8Array {
  const [route, method] = [random.pick(ROUTES), random.pick(METHODS)];
  const isFailed = random.below(500) === 0;
  const duration = BigInt(Math.floor(1e6 + random.exponential() * 4e7));
  const end = BigInt(fromMillis) * 1_000_000n + BigInt(Math.floor(random.unit() * 9e9));
  return message(
    bytesField(1, randomBytes(16)),
    bytesField(2, random.bytes(8)),
    bytesField(4, random.bytes(8)),
    bytesField(5, `${method} ${route}`),
    varintField(6, 2 + (index % 2)),
    fixed64Field(7, end - duration),
    fixed64Field(8, end),
    ...attributes(random, { method, route, isFailed }).map((attribute) => bytesField(9, attribute)),
    isFailed
      ? bytesField(15, message(bytesField(2, 'upstream connect error'), varintField(3, 2)))
      : undefined,
  );
}

interface Call {
  readonly method: string;
  readonly route: string;
  readonly isFailed: boolean;
}

function attributes(random: Random, { method, route, isFailed }: Call): readonly Uint8Array[] {
  return [
    text('http.request.method', method),
    text('url.path', `/api/products/${random.below(100_000)}`),
    text('url.scheme', 'https'),
    int('http.response.status_code', isFailed ? 503 : 200),
    text('http.route', route),
    text('server.address', 'checkout.svc.cluster.local'),
    int('server.port', 8080),
    text(
      'user_agent.original',
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    ),
    text('client.address', `203.0.113.${random.below(256)}`),
    text('network.protocol.version', '1.1'),
  ];
}
