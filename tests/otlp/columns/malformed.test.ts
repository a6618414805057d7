import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generatePayload } from '../../../bench/payload/generate.ts';
import { bytesField, message, varintField } from '../../../bench/payload/protobuf.ts';
import { encodeBlocks } from '../../../ingest/writer/blocks.ts';
import { decode, decodeSpans } from '../../../otlp/columns/decode.ts';
import type { AttributesColumn, Batch, EncodedRequest, ValueColumn } from '../../../otlp/columns/types.ts';
import { valueText } from '../../../otlp/columns/value-text.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import { METRICS, metricsRequest } from './metric-messages.ts';

const FOREVER = 1e12;
const POLICY = {
  retentionSeconds: { traces: FOREVER, logs: FOREVER, metrics: FOREVER },
  maxAheadSeconds: FOREVER,
};

/** Values of every kind, arrays and lists in one another. */
const NESTED = message(
  ...[
    bytesField(5, message(bytesField(1, bytesField(1, 'text')), bytesField(1, varintField(3, -1n)))),
    bytesField(
      6,
      bytesField(1, message(bytesField(1, 'key'), bytesField(2, bytesField(5, bytesField(1, message()))))),
    ),
    bytesField(7, 'bytes'),
    varintField(2, true),
  ].map((value, index) => bytesField(9, message(bytesField(1, `k${index}`), bytesField(2, value)))),
);

const SEEDS: Record<Signal, readonly Uint8Array[]> = {
  traces: [
    ...generatePayload('traces', { requests: 1, records: 10 }),
    bytesField(1, bytesField(2, bytesField(2, NESTED))),
  ],
  logs: generatePayload('logs', { requests: 1, records: 10 }),
  metrics: [...generatePayload('metrics', { requests: 1, records: 20 }), metricsRequest(METRICS)],
};

interface Mutation {
  readonly seed: number;
  readonly cut: number;
  readonly edits: readonly (readonly [position: number, byte: number])[];
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  seed: fc.nat(),
  cut: fc.nat({ max: 3000 }),
  edits: fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 0xff, 0x80, 0x7f))), {
    maxLength: 4,
  }),
});

function mutate(signal: Signal, { seed, cut, edits }: Mutation): Uint8Array {
  const seeds = SEEDS[signal];
  const bytes = Uint8Array.from(seeds[seed % seeds.length] as Uint8Array);
  for (const [position, byte] of edits) bytes[position % bytes.length] = byte;
  return cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
}

function requestOf(bytes: Uint8Array, offset: number): EncodedRequest {
  return { bytes, offset, appendedMillis: 1_800_000_000_000, tenant: '' };
}

function checkValues(batch: Batch, values: ValueColumn, count: number, end: number): void {
  for (let entry = 0; entry < count; entry++) {
    const from = values.starts[entry] as number;
    const to = values.ends[entry] as number;
    expect(from).toBeLessThanOrEqual(to);
    expect(to).toBeLessThanOrEqual(end);
    valueText(batch.source, values.kinds[entry] as number, from, to);
  }
}

function checkAttributes(batch: Batch, column: AttributesColumn, rows: number, end: number): void {
  checkValues(batch, column.values, column.offsets[rows] as number, end);
}

/** Everything a batch says, as the tables would hold it. */
function outcome(signal: Signal, requests: readonly EncodedRequest[]): unknown {
  const batch = decode(signal, requests);
  const { blocks, refused } = encodeBlocks(batch, POLICY);
  return {
    undecodable: batch.undecodable.filter(({ offset }) => offset === 0).map(({ reason }) => reason),
    blocks: blocks.map(({ table, day, rows, chunks }) => [
      table,
      day,
      rows,
      Buffer.concat(chunks).toString('base64'),
    ]),
    refused: refused.map(({ reason, rows }) => [reason, ...rows]),
  };
}

describe('decode() on malformed bytes', () => {
  for (const signal of SIGNALS) {
    test(`decode() of mutated ${signal} throws nothing, keeps its slices inside the request, and can be encoded`, () => {
      fc.assert(
        fc.property(mutation, (change) => {
          const bytes = mutate(signal, change);
          const batch = decode(signal, [requestOf(bytes, 0)]);
          expect(batch.undecodable.length).toBeLessThanOrEqual(1);
          if (batch.undecodable.length === 1) {
            expect([batch.count, batch.resources.count, batch.scopes.count]).toEqual([0, 0, 0]);
          }
          checkAttributes(batch, batch.resources.attributes, batch.resources.count, bytes.length);
          checkAttributes(batch, batch.scopes.attributes, batch.scopes.count, bytes.length);
          if (batch.signal !== 'metrics') {
            checkAttributes(batch, batch.attributes, batch.count, bytes.length);
          }
          if (batch.signal === 'logs') checkValues(batch, batch.body, batch.count, bytes.length);
          encodeBlocks(batch, POLICY);
        }),
        { numRuns: 1500, seed: 5 },
      );
    });

    test(`decode() of mutated ${signal} never sees what follows the request`, () => {
      const [follower] = generatePayload(signal, { requests: 1, records: 5 });
      fc.assert(
        fc.property(mutation, (change) => {
          const bytes = mutate(signal, change);
          const next = decode(signal, [requestOf(bytes, 0), requestOf(follower as Uint8Array, 1)]);
          const garbage = decode(signal, [requestOf(bytes, 0), requestOf(new Uint8Array(64).fill(0xff), 1)]);
          const alone = decode(signal, [requestOf(bytes, 0)]);
          const isFirst = ({ offset }: { readonly offset: number }) => offset === 0;
          for (const other of [next, garbage]) {
            expect(other.undecodable.filter(isFirst)).toEqual(alone.undecodable);
          }
          expect(garbage.count).toBe(alone.count);
        }),
        { numRuns: 500, seed: 6 },
      );
    });
  }

  test('decode() gives the same outcome for the same bytes, whatever came before in the decoder', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        const requests = [requestOf(mutate('traces', change), 0)];
        expect(outcome('traces', requests)).toEqual(outcome('traces', requests));
      }),
      { numRuns: 50, seed: 7 },
    );
  });

  const cases: Record<string, Uint8Array> = {
    'a length past the end': Uint8Array.of(0x0a, 0x05, 0x0a),
    'a length past 32 bits': Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
    'a varint of eleven bytes': Uint8Array.of(0x08, ...new Array(10).fill(0x80), 0x01),
    'a varint cut off': Uint8Array.of(0x08, 0x80),
    'a tag cut off': Uint8Array.of(0x80),
    'field number zero': Uint8Array.of(0x02, 0x00),
    'a wire type without meaning': Uint8Array.of(0x0e, 0x00),
    'a group without end': Uint8Array.of(0x0b, 0x08, 0x01),
    'a group that ends another': Uint8Array.of(0x0b, 0x14),
    'an end of no group': Uint8Array.of(0x0c),
    'eight bytes cut off': Uint8Array.of(0x09, 1, 2, 3),
    'four bytes cut off': Uint8Array.of(0x0d, 1, 2, 3),
    text: Buffer.from('resourceSpans: []'),
  };
  for (const [sentence, bytes] of Object.entries(cases)) {
    test(`decodeSpans() names a request with ${sentence} undecodable, as request and as span`, () => {
      const span = bytesField(1, bytesField(2, bytesField(2, bytes)));
      const attribute = bytesField(1, bytesField(2, bytesField(2, bytesField(9, bytes))));
      for (const request of [bytes, span, attribute]) {
        const batch = decodeSpans([requestOf(request, 0)]);
        expect(batch.undecodable).toHaveLength(1);
        expect(batch.undecodable[0]?.reason).not.toBe('');
        expect(batch.count).toBe(0);
      }
    });
  }

  for (const tag of [0x0a, 0x2a, 0x32, 0x3a]) {
    test(`decodeSpans() does not follow a value's length past its message: tag ${tag}`, () => {
      const value = Uint8Array.of(tag, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
      const span = bytesField(2, bytesField(9, bytesField(2, value)));
      const batch = decodeSpans([requestOf(bytesField(1, bytesField(2, span)), 0)]);
      expect(batch.undecodable).toHaveLength(1);
    });
  }

  test('decodeSpans() names values nested too deep undecodable, and takes those the validation lets in', () => {
    const nested = (depth: number) => {
      let value = varintField(3, 1);
      for (let level = 0; level < depth; level++) value = bytesField(5, bytesField(1, value));
      return bytesField(1, bytesField(2, bytesField(2, bytesField(9, bytesField(2, value)))));
    };
    expect(decodeSpans([requestOf(nested(64), 0)]).undecodable).toEqual([]);
    expect(decodeSpans([requestOf(nested(65), 0)]).undecodable).toHaveLength(1);
    expect(decodeSpans([requestOf(nested(20_000), 0)]).undecodable).toHaveLength(1);
  });
});
