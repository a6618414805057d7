import { createHash } from 'node:crypto';
import { int, METHODS, type RequestPosition, ROUTES, resource, SERVICES, scope, text } from './common.ts';
import { bytesField, fixed32Field, fixed64Field, message, varintField } from './protobuf.ts';
import type { Random } from './random.ts';

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15',
  'okhttp/5.0.0',
  'python-requests/2.33.0',
] as const;

/**
 * An ExportTraceServiceRequest over five resources: traces of ten spans, ten attributes and about
 * 470 bytes a span, one in a hundred failed, one in ten with an event. Trace ids differ between requests.
 */
export function traceRequest(random: Random, position: RequestPosition): Uint8Array {
  const perService = Math.floor(position.records / SERVICES.length);
  return message(
    ...SERVICES.map((_, service) => {
      const records = Array.from({ length: perService }, (_, index) =>
        bytesField(2, span(random, { ...position, service, index })),
      );
      const scopeSpans = message(
        bytesField(1, scope('@opentelemetry/instrumentation-http', '0.205.0')),
        ...records,
      );
      return bytesField(
        1,
        message(
          bytesField(1, resource(service)),
          bytesField(2, scopeSpans),
          bytesField(3, 'https://opentelemetry.io/schemas/1.37.0'),
        ),
      );
    }),
  );
}

interface SpanPosition extends RequestPosition {
  readonly service: number;
  /** Within its service; two spans of each service share a trace. */
  readonly index: number;
}

function span(random: Random, position: SpanPosition): Uint8Array {
  const trace = createHash('sha1')
    .update(`${position.request}-${Math.floor(position.index / 2)}`)
    .digest();
  const route = random.pick(ROUTES);
  const method = random.pick(METHODS);
  const start = position.baseNanos + BigInt(Math.floor(random.unit() * 5e9));
  const duration = BigInt(Math.floor(1e6 + random.exponential() * 4e7));
  const failed = random.below(100) === 0;
  return message(
    bytesField(1, trace.subarray(0, 16)),
    bytesField(2, random.bytes(8)),
    position.service > 0 ? bytesField(4, random.bytes(8)) : undefined,
    bytesField(5, `${method} ${route}`),
    varintField(6, 2 + (position.index % 2)),
    fixed64Field(7, start),
    fixed64Field(8, start + duration),
    ...attributes(random, { method, route, failed, service: position.service }).map((attribute) =>
      bytesField(9, attribute),
    ),
    random.below(10) === 0 ? bytesField(11, exception(start + duration / 2n, duration)) : undefined,
    failed ? bytesField(15, message(bytesField(2, 'upstream connect error'), varintField(3, 2))) : undefined,
    fixed32Field(16, 257),
  );
}

function attributes(
  random: Random,
  call: {
    readonly method: string;
    readonly route: string;
    readonly failed: boolean;
    readonly service: number;
  },
): readonly Uint8Array[] {
  return [
    text('http.request.method', call.method),
    text('url.path', `/api/products/${random.below(100_000)}`),
    text('url.scheme', 'https'),
    int('http.response.status_code', call.failed ? 503 : 200),
    text('http.route', call.route),
    text('server.address', `${SERVICES[(call.service + 1) % SERVICES.length]}.svc.cluster.local`),
    int('server.port', 8080),
    text('user_agent.original', random.pick(AGENTS)),
    text('client.address', `203.0.113.${random.below(256)}`),
    text('network.protocol.version', '1.1'),
  ];
}

function exception(time: bigint, duration: bigint): Uint8Array {
  return message(
    fixed64Field(1, time),
    bytesField(2, 'exception'),
    bytesField(3, text('exception.type', 'TimeoutError')),
    bytesField(3, text('exception.message', `deadline exceeded after ${duration / 1_000_000n}ms`)),
  );
}
