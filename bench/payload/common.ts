import { createHash } from 'node:crypto';
import { bytesField, message, varintField } from './protobuf.ts';

/** One request of a payload. */
export interface RequestPosition {
  /** Its number in the payload, from 0. */
  readonly request: number;
  readonly records: number;
  /** Start of its records' times, nanoseconds since the epoch. */
  readonly baseNanos: bigint;
}

/** Start of the payloads' times unless told otherwise, nanoseconds since the epoch. */
export const BASE_NANOS = 1_800_000_000_000_000_000n;

export const SERVICES = ['frontend', 'checkout', 'cart', 'payment', 'catalog'] as const;
const LANGUAGES = ['nodejs', 'java', 'go', 'dotnet', 'python'] as const;
export const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT'] as const;
export const ROUTES = [
  '/api/products/{id}',
  '/api/cart',
  '/api/checkout',
  '/api/recommendations',
  '/healthz',
  '/api/users/{id}/orders',
] as const;

/** A KeyValue with a text value. */
export function text(key: string, value: string): Uint8Array {
  return message(bytesField(1, key), bytesField(2, bytesField(1, value)));
}

/** A KeyValue with an integer value. */
export function int(key: string, value: number): Uint8Array {
  return message(bytesField(1, key), bytesField(2, varintField(3, value)));
}

/** The Resource message of service number `index`, with seven attributes. */
export function resource(index: number): Uint8Array {
  const service = SERVICES[index] as string;
  const hash = createHash('sha1').update(service).digest('hex');
  const attributes = [
    text('service.name', service),
    text('service.version', `1.${index + 3}.0`),
    text('service.instance.id', `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 24)}`),
    text('deployment.environment.name', 'production'),
    text('host.name', `ip-10-0-${index}-${17 * index + 9}.ec2.internal`),
    text('k8s.pod.name', `${service}-${hash.slice(24, 32)}-${hash.slice(32, 36)}`),
    text('telemetry.sdk.language', LANGUAGES[index] as string),
  ];
  return message(...attributes.map((attribute) => bytesField(1, attribute)));
}

/** An InstrumentationScope message. */
export function scope(name: string, version: string): Uint8Array {
  return message(bytesField(1, name), bytesField(2, version));
}
