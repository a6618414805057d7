/** Random telemetry for properties. */
import fc from 'fast-check';
import type {
  ModelAttributes,
  ModelEvent,
  ModelGroup,
  ModelLink,
  ModelLog,
  ModelSpan,
  ModelValue,
} from './model.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint32 = fc.nat({ max: 2 ** 32 - 1 });
const kinds = fc.constantFrom('a', 'b', 'http.route', 'http.method', 'x'.repeat(200), '');

function id(bytes: number): fc.Arbitrary<string> {
  const hex = fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((value) => value.some((byte) => byte !== 0))
    .map((value) => Buffer.from(value).toString('hex'));
  return fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 4, arbitrary: hex });
}

export const value: fc.Arbitrary<ModelValue> = fc.oneof(
  fc.constant({ kind: 'empty' as const }),
  text.map((value) => ({ kind: 'string' as const, value })),
  fc.string({ minLength: 90, maxLength: 300 }).map((value) => ({ kind: 'string' as const, value })),
  fc.boolean().map((value) => ({ kind: 'bool' as const, value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ kind: 'int' as const, value })),
  fc.integer({ min: -5, max: 1000 }).map((value) => ({ kind: 'int' as const, value: BigInt(value) })),
  fc.double().map((value) => ({ kind: 'double' as const, value })),
  fc.uint8Array({ maxLength: 20 }).map((value) => ({ kind: 'bytes' as const, value })),
);

/** Keys are unique, as OTLP demands, and mostly familiar ones. */
export const attributes: fc.Arbitrary<ModelAttributes> = fc.uniqueArray(
  fc.tuple(fc.oneof({ weight: 3, arbitrary: kinds }, { weight: 1, arbitrary: text }), value),
  { selector: ([key]) => key, maxLength: 8 },
);

const event: fc.Arbitrary<ModelEvent> = fc.record({ time: uint64, name: text, attributes });
const link: fc.Arbitrary<ModelLink> = fc.record({
  traceId: id(16),
  spanId: id(8),
  traceState: text,
  attributes,
});

export const span: fc.Arbitrary<ModelSpan> = fc.record({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: id(8),
  traceState: text,
  name: text,
  kind: fc.nat({ max: 5 }),
  start: uint64,
  end: uint64,
  flags: uint32,
  statusCode: fc.nat({ max: 2 }),
  statusMessage: text,
  attributes,
  events: fc.array(event, { maxLength: 3 }),
  links: fc.array(link, { maxLength: 3 }),
});

export const log: fc.Arbitrary<ModelLog> = fc.record({
  time: uint64,
  observed: uint64,
  severityNumber: fc.nat({ max: 24 }),
  severityText: text,
  body: value,
  attributes,
  flags: uint32,
  traceId: id(16),
  spanId: id(8),
  eventName: text,
});

/** Up to three resources of up to four records. */
export function groups<Item>(record: fc.Arbitrary<Item>): fc.Arbitrary<readonly ModelGroup<Item>[]> {
  return fc.array(
    fc.record({
      resource: attributes,
      resourceSchemaUrl: text,
      scopeName: text,
      scopeVersion: text,
      scopeAttributes: attributes,
      scopeSchemaUrl: text,
      records: fc.array(record, { maxLength: 4 }),
    }),
    { maxLength: 3 },
  );
}
