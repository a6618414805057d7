import { int, type RequestPosition, resource, SERVICES, scope, text } from './common.ts';
import { bytesField, fixed32Field, fixed64Field, message, varintField } from './protobuf.ts';
import type { Random } from './random.ts';

/** An ExportLogsServiceRequest over five resources, with five attributes each. */
export function logRequest(random: Random, position: RequestPosition): Uint8Array {
  const perService = Math.floor(position.records / SERVICES.length);
  return message(
    ...SERVICES.map((_, service) => {
      const scopeLogs = message(
        bytesField(1, scope('app.logger', '1.0.0')),
        ...Array.from({ length: perService }, () => bytesField(2, record(random, position.baseNanos))),
      );
      return bytesField(1, message(bytesField(1, resource(service)), bytesField(2, scopeLogs)));
    }),
  );
}

function record(random: Random, baseNanos: bigint): Uint8Array {
  const time = baseNanos + BigInt(Math.floor(random.unit() * 5e9));
  const body = `handled request for product ${random.below(100_000)} in ${random.below(300)}ms with ${random.below(9)} items in cart`;
  return message(
    fixed64Field(1, time),
    varintField(2, 9),
    bytesField(3, 'INFO'),
    bytesField(5, bytesField(1, body)),
    bytesField(6, text('log.logger', 'http.access')),
    bytesField(6, text('http.request.method', 'GET')),
    bytesField(6, int('http.response.status_code', 200)),
    bytesField(6, text('thread.name', `worker-${random.below(16)}`)),
    bytesField(6, text('user.id', `u-${random.below(50_000)}`)),
    fixed32Field(8, 1),
    bytesField(9, random.bytes(16)),
    bytesField(10, random.bytes(8)),
    fixed64Field(11, time + 1_000_000n),
  );
}
