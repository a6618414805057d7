import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesField, fixed64Field, message, varintField } from '../../../bench/payload/protobuf.ts';
import { createDecoder, decode, decodeLogs, decodeSpans } from '../../../otlp/columns/decode.ts';
import { idText } from '../../../otlp/columns/identifiers.ts';
import type { EncodedRequest, LogBatch, SpanBatch } from '../../../otlp/columns/types.ts';
import { groups, log, span } from './arbitraries.ts';
import { encodeLog, encodeRequest, encodeSpan, shuffled } from './model.ts';
import { attributesAt, groupsOf, logAt, sliceText, spanAt } from './unpack.ts';

function request(bytes: Uint8Array, offset = 0): EncodedRequest {
  return { bytes, offset, appendedMillis: 1000 + offset, tenant: `tenant-${offset}` };
}

/** A request with one resource, one scope and the given span fields. */
function spanRequest(...fields: readonly Uint8Array[]): EncodedRequest {
  return request(bytesField(1, bytesField(2, bytesField(2, message(...fields)))));
}

function keyValue(key: string, value: Uint8Array): Uint8Array {
  return message(bytesField(1, key), bytesField(2, value));
}

describe('decodeSpans()', () => {
  test('decodeSpans() gives back every field of any spans, in any field order, among unknown fields', () => {
    fc.assert(
      fc.property(groups(span), fc.nat(), (model, seed) => {
        const bytes = encodeRequest(model, encodeSpan, shuffled(seed));
        const batch = decodeSpans([request(bytes)]);
        expect(batch.undecodable).toEqual([]);
        expect(groupsOf(batch, spanAt)).toEqual(model);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('decodeSpans() takes a field that is written with its default value', () => {
    const batch = decodeSpans([
      spanRequest(
        bytesField(5, ''),
        varintField(6, 0),
        fixed64Field(7, 0),
        bytesField(15, message(bytesField(2, ''), varintField(3, 0))),
        bytesField(1, ''),
      ),
    ]);
    expect(spanAt(batch, 0)).toMatchObject({ name: '', kind: 0, start: 0n, statusMessage: '', traceId: '' });
  });

  test('decodeSpans() points rows at the request they came in', () => {
    const batch = decodeSpans(
      [0, 1, 2].map((offset) => ({ ...spanRequest(), offset, tenant: `t${offset}` })),
    );
    const tenants = Array.from({ length: batch.count }, (_, row) => {
      const resource = batch.scopes.resource[batch.scope[row] as number] as number;
      return batch.requests[batch.resources.request[resource] as number]?.tenant;
    });
    expect(tenants).toEqual(['t0', 't1', 't2']);
  });

  test('decodeSpans() takes an id that is all zero or of wrong length as absent', () => {
    const batch = decodeSpans([
      spanRequest(bytesField(1, new Uint8Array(16)), bytesField(2, new Uint8Array(8)), bytesField(4, 'abc')),
    ]);
    const ids = [batch.traceId, batch.spanId, batch.parentSpanId];
    expect(ids.map((column) => idText(column, 0))).toEqual(['', '', '']);
  });

  test('decodeSpans() takes the last of several ids, absent when that one has a wrong length', () => {
    const batch = decodeSpans([
      spanRequest(
        bytesField(1, new Uint8Array(16).fill(1)),
        bytesField(1, 'abc'),
        bytesField(2, 'abc'),
        bytesField(2, new Uint8Array(8).fill(0xfe)),
      ),
    ]);
    expect([idText(batch.traceId, 0), idText(batch.spanId, 0)]).toEqual(['', 'fe'.repeat(8)]);
  });

  test('decodeSpans() merges a status, a resource and a scope that come in two pieces', () => {
    const scope = (...fields: Uint8Array[]) => bytesField(1, message(...fields));
    const attribute = (key: string) => keyValue(key, bytesField(1, key.toUpperCase()));
    const span = message(
      bytesField(15, bytesField(2, 'failed')),
      bytesField(9, attribute('a')),
      bytesField(15, varintField(3, 2)),
      bytesField(9, attribute('b')),
    );
    const scopeSpans = message(scope(bytesField(1, 'name')), bytesField(2, span), scope(bytesField(2, 'v1')));
    const resource = (key: string) => bytesField(1, bytesField(1, attribute(key)));
    const batch = decodeSpans([
      request(bytesField(1, message(resource('r1'), bytesField(2, scopeSpans), resource('r2')))),
    ]);
    expect(batch.statusCode[0]).toBe(2);
    expect(sliceText(batch, batch.statusMessage, 0)).toBe('failed');
    expect(attributesAt(batch, batch.attributes, 0).map(([key]) => key)).toEqual(['a', 'b']);
    expect(sliceText(batch, batch.scopes.name, 0)).toBe('name');
    expect(sliceText(batch, batch.scopes.version, 0)).toBe('v1');
    expect(attributesAt(batch, batch.resources.attributes, 0).map(([key]) => key)).toEqual(['r1', 'r2']);
  });

  test('decodeSpans() lets the last of several values hold', () => {
    const twice = message(
      bytesField(1, 'first key'),
      bytesField(1, 'key'),
      bytesField(2, message(bytesField(1, 'text'), varintField(3, 7))),
    );
    const batch = decodeSpans([
      spanRequest(
        bytesField(9, twice),
        bytesField(5, 'one'),
        bytesField(5, 'two'),
        varintField(6, 1),
        varintField(6, 3),
      ),
    ]);
    expect(attributesAt(batch, batch.attributes, 0)).toEqual([['key', { kind: 'int', value: 7n }]]);
    expect(batch.name.dictionary.text(batch.name.ids[0] as number)).toBe('two');
    expect(batch.kind[0]).toBe(3);
  });

  test('decodeSpans() reads tags and lengths that are written longer than they need be', () => {
    /** A length-delimited field whose tag and length take a byte too much each. */
    const wide = (field: number, content: Uint8Array) =>
      message(Uint8Array.of(field * 8 + 2 + 0x80, 0, content.length + 0x80, 0), content);
    const text = (value: string) => Buffer.from(value);
    const integer = message(Uint8Array.of(3 * 8 + 0x80, 0, 7));
    const batch = decodeSpans([
      spanRequest(
        wide(5, text('name')),
        wide(9, message(wide(1, text('a')), wide(2, wide(1, text('A'))))),
        wide(9, message(wide(1, text('b')), wide(2, integer))),
      ),
    ]);
    expect(batch.undecodable).toEqual([]);
    expect(batch.name.dictionary.text(batch.name.ids[0] as number)).toBe('name');
    expect(attributesAt(batch, batch.attributes, 0)).toEqual([
      ['a', { kind: 'string', value: 'A' }],
      ['b', { kind: 'int', value: 7n }],
    ]);
  });

  test('decodeSpans() skips a known field of another wire type, and takes unknown enums as unspecified', () => {
    const batch = decodeSpans([
      spanRequest(
        varintField(5, 1),
        bytesField(7, 'x'),
        varintField(6, 77),
        bytesField(15, varintField(3, 9)),
      ),
    ]);
    expect(batch.undecodable).toEqual([]);
    expect([batch.name.ids[0], batch.startNanos[0], batch.kind[0], batch.statusCode[0]]).toEqual([
      0,
      0n,
      0,
      0,
    ]);
  });

  test('decodeSpans() gives rows one shape exactly when their keys agree', () => {
    const keys = ['', 'a', 'a b', 'b a', 'a b', 'a', '', 'a b c'];
    const spans = keys.map((list) =>
      message(
        ...list
          .split(' ')
          .filter((key) => key !== '')
          .map((key) => bytesField(9, keyValue(key, bytesField(1, 'v')))),
      ),
    );
    const batch = decodeSpans([
      request(bytesField(1, bytesField(2, message(...spans.map((each) => bytesField(2, each)))))),
    ]);
    const shapes = keys.map((_, row) => batch.attributes.shapes[row] as number);
    for (const [left, leftKeys] of keys.entries()) {
      for (const [right, rightKeys] of keys.entries()) {
        expect(shapes[left] === shapes[right]).toBe(leftKeys === rightKeys);
      }
    }
    expect(shapes[0]).toBe(0);
    expect(Math.max(...shapes)).toBeLessThan(batch.attributes.shapeCount);
  });

  test('decodeSpans() keeps apart 70,000 names and finds each', () => {
    const names = Array.from({ length: 70_000 }, (_, index) => `operation ${index}`);
    const spans = names.map((name) => bytesField(2, bytesField(5, name)));
    const batch = decodeSpans([request(bytesField(1, bytesField(2, message(...spans))))]);
    const { ids, dictionary } = batch.name;
    expect(dictionary.size).toBe(70_001);
    for (const [row, name] of names.entries()) expect(dictionary.text(ids[row] as number)).toBe(name);
    expect(dictionary.find('operation 69999')).toBe(ids[69_999]);
    expect(dictionary.find('operation')).toBe(-1);
    expect(dictionary.find('')).toBe(0);
  });

  test('decodeSpans() takes service.name from the resource, by its text when it is not text', () => {
    const names = [bytesField(1, 'shop'), varintField(3, 42), undefined];
    const batch = decodeSpans(
      names.map((name) =>
        request(
          bytesField(
            1,
            name === undefined ? message() : bytesField(1, bytesField(1, keyValue('service.name', name))),
          ),
        ),
      ),
    );
    const { ids, dictionary } = batch.resources.serviceName;
    expect(names.map((_, row) => dictionary.text(ids[row] as number))).toEqual(['shop', '42', '']);
  });

  test('decodeSpans() decodes no requests and empty requests to nothing', () => {
    expect(decodeSpans([]).count).toBe(0);
    expect(decodeSpans([request(new Uint8Array(0))]).undecodable).toEqual([]);
  });
});

describe('decodeLogs()', () => {
  test('decodeLogs() gives back every field of any records, in any field order, among unknown fields', () => {
    fc.assert(
      fc.property(groups(log), fc.nat(), (model, seed) => {
        const batch = decodeLogs([request(encodeRequest(model, encodeLog, shuffled(seed)))]);
        expect(batch.undecodable).toEqual([]);
        expect(groupsOf(batch, logAt)).toEqual(model);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe('createDecoder()', () => {
  test('createDecoder() reuses its memory for log records without mixing batches', () => {
    const decoder = createDecoder('logs');
    fc.assert(
      fc.property(groups(log), (model) => {
        const batch = decoder.decode([request(encodeRequest(model, encodeLog))]) as LogBatch;
        expect(groupsOf(batch, logAt)).toEqual(model);
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  test('createDecoder() reuses its memory for spans without mixing batches', () => {
    const decoder = createDecoder('traces');
    fc.assert(
      fc.property(groups(span), (model) => {
        const batch = decoder.decode([request(encodeRequest(model, encodeSpan))]) as SpanBatch;
        expect(groupsOf(batch, spanAt)).toEqual(model);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  test('createDecoder() leaves the undecodable requests of an earlier batch as they were', () => {
    const decoder = createDecoder('traces');
    const { undecodable } = decoder.decode([request(Uint8Array.of(0x0a))]);
    decoder.decode([]);
    expect(undecodable).toHaveLength(1);
  });
});

describe('decode()', () => {
  test('decode() leaves no row of an undecodable request, and every row of its neighbours', () => {
    fc.assert(
      fc.property(groups(span), groups(span), fc.nat(), (model, broken, position) => {
        const good = encodeRequest(model, encodeSpan);
        const cut = Buffer.concat([
          encodeRequest(broken, encodeSpan),
          bytesField(1, bytesField(2, fixed64Field(3, 1)).subarray(0, -(1 + (position % 8)))),
        ]);
        const batch = decodeSpans([request(good, 0), request(cut, 1), request(good, 2)]);
        expect(batch.undecodable).toMatchObject([{ offset: 1, appendedMillis: 1001, tenant: 'tenant-1' }]);
        expect(groupsOf(batch, spanAt)).toEqual([...model, ...model]);
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  test('decode() serves the signal it is asked for', () => {
    for (const signal of ['traces', 'logs', 'metrics'] as const) {
      expect(decode(signal, []).signal).toBe(signal);
    }
  });
});
