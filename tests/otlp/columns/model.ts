/** Telemetry as plain objects, and its protobuf encoding by an independent, straightforward writer. */
import {
  bytesField,
  doubleField,
  fixed32Field,
  fixed64Field,
  message,
  type Part,
  varintField,
} from '../../../bench/payload/protobuf.ts';
import { Random } from '../../../bench/payload/random.ts';

export type ModelValue =
  | { readonly kind: 'empty' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

export type ModelAttributes = readonly (readonly [key: string, value: ModelValue])[];

export interface ModelEvent {
  readonly time: bigint;
  readonly name: string;
  readonly attributes: ModelAttributes;
}

export interface ModelLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: ModelAttributes;
}

export interface ModelSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly flags: number;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly attributes: ModelAttributes;
  readonly events: readonly ModelEvent[];
  readonly links: readonly ModelLink[];
}

export interface ModelLog {
  readonly time: bigint;
  readonly observed: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: ModelValue;
  readonly attributes: ModelAttributes;
  readonly flags: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
}

/** Records under their resource and scope. */
export interface ModelGroup<Item> {
  readonly resource: ModelAttributes;
  readonly resourceSchemaUrl: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttributes: ModelAttributes;
  readonly scopeSchemaUrl: string;
  readonly records: readonly Item[];
}

/** Puts the fields of a message in an order of its own, unknown ones between them; repeated ones keep theirs. */
export type Arrange = (...fields: readonly (readonly Part[])[]) => Uint8Array;

/** Fields in the order of their numbers, as most writers put them. */
export const inOrder: Arrange = (...fields) => message(...fields.flat());

/** Fields in a random order with unknown ones of every wire type between them. */
export function shuffled(seed: number): Arrange {
  const random = new Random(seed);
  return (...fields) => {
    const queues = [...fields, unknownFields()].map((field) => [...field]);
    const parts: Part[] = [];
    for (;;) {
      const waiting = queues.filter((queue) => queue.length > 0);
      if (waiting.length === 0) return message(...parts);
      parts.push(random.pick(waiting).shift());
    }
  };
}

function unknownFields(): readonly Part[] {
  const group = message(Uint8Array.of(0xa3, 0x06), bytesField(1, 'in a group'), Uint8Array.of(0xa4, 0x06));
  return [
    varintField(1000, 2n ** 64n - 1n),
    fixed64Field(1001, 7),
    bytesField(1002, 'unknown'),
    fixed32Field(1003, 9),
    group,
  ];
}

/** An AnyValue message. */
export function encodeValue(value: ModelValue): Uint8Array {
  switch (value.kind) {
    case 'empty':
      return message();
    case 'string':
      return bytesField(1, value.value);
    case 'bool':
      return varintField(2, value.value);
    case 'int':
      return varintField(3, value.value);
    case 'double':
      return doubleField(4, value.value);
    case 'bytes':
      return bytesField(7, value.value);
  }
}

/** KeyValues as a repeated field. */
export function encodeAttributes(field: number, attributes: ModelAttributes, arrange: Arrange): Part[] {
  return attributes.map(([key, value]) =>
    bytesField(field, arrange(singular(bytesField(1, key)), singular(bytesField(2, encodeValue(value))))),
  );
}

/** A field that is left out at its default, as proto3 writers do. */
function singular(part: Uint8Array): Part[] {
  const keyLength = (part[0] as number) > 0x7f ? 2 : 1;
  return part.subarray(keyLength).every((byte) => byte === 0) ? [] : [part];
}

function hex(field: number, text: string): Part[] {
  return text === '' ? [] : singular(bytesField(field, Buffer.from(text, 'hex')));
}

export function encodeSpan(span: ModelSpan, arrange: Arrange): Uint8Array {
  const status = arrange(
    singular(bytesField(2, span.statusMessage)),
    singular(varintField(3, span.statusCode)),
  );
  return arrange(
    hex(1, span.traceId),
    hex(2, span.spanId),
    singular(bytesField(3, span.traceState)),
    hex(4, span.parentSpanId),
    singular(bytesField(5, span.name)),
    singular(varintField(6, span.kind)),
    singular(fixed64Field(7, span.start)),
    singular(fixed64Field(8, span.end)),
    encodeAttributes(9, span.attributes, arrange),
    span.events.map((event) =>
      bytesField(
        11,
        arrange(
          singular(fixed64Field(1, event.time)),
          singular(bytesField(2, event.name)),
          encodeAttributes(3, event.attributes, arrange),
        ),
      ),
    ),
    span.links.map((link) =>
      bytesField(
        13,
        arrange(
          hex(1, link.traceId),
          hex(2, link.spanId),
          singular(bytesField(3, link.traceState)),
          encodeAttributes(4, link.attributes, arrange),
        ),
      ),
    ),
    singular(bytesField(15, status)),
    singular(fixed32Field(16, span.flags)),
  );
}

export function encodeLog(log: ModelLog, arrange: Arrange): Uint8Array {
  return arrange(
    singular(fixed64Field(1, log.time)),
    singular(varintField(2, log.severityNumber)),
    singular(bytesField(3, log.severityText)),
    singular(bytesField(5, encodeValue(log.body))),
    encodeAttributes(6, log.attributes, arrange),
    singular(fixed32Field(8, log.flags)),
    hex(9, log.traceId),
    hex(10, log.spanId),
    singular(fixed64Field(11, log.observed)),
    singular(bytesField(12, log.eventName)),
  );
}

/** An Export<Signal>ServiceRequest of the groups, each a resource of its own. */
export function encodeRequest<Item>(
  groups: readonly ModelGroup<Item>[],
  encodeRecord: (record: Item, arrange: Arrange) => Uint8Array,
  arrange: Arrange = inOrder,
): Uint8Array {
  return message(
    ...groups.map((group) => {
      const scope = arrange(
        singular(bytesField(1, group.scopeName)),
        singular(bytesField(2, group.scopeVersion)),
        encodeAttributes(3, group.scopeAttributes, arrange),
      );
      const records = arrange(
        singular(bytesField(1, scope)),
        group.records.map((record) => bytesField(2, encodeRecord(record, arrange))),
        singular(bytesField(3, group.scopeSchemaUrl)),
      );
      const resource = arrange(encodeAttributes(1, group.resource, arrange));
      return bytesField(
        1,
        arrange(
          singular(bytesField(1, resource)),
          singular(bytesField(2, records)),
          singular(bytesField(3, group.resourceSchemaUrl)),
        ),
      );
    }),
  );
}
