import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitRequest } from '../../../otlp/validate/split-request.ts';
import { validateRequest } from '../../../otlp/validate/validate-request.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import * as by from '../support/encode.ts';
import { leavesOf } from '../support/leaves.ts';
import {
  GOOD,
  histogramPoint,
  logRecord,
  logs,
  metric,
  metrics,
  numberPoint,
  RANGE,
  resource,
  scope,
  span,
  traces,
} from '../support/payloads.ts';

const pieces = (signal: Signal, body: Buffer, maxBytes: number) =>
  splitRequest(signal, body, maxBytes).pieces.map((piece) => Buffer.from(piece));

describe('splitRequest()', () => {
  test.each(SIGNALS)('gives a request of %s back that is small enough', (signal) => {
    expect(splitRequest(signal, GOOD[signal], GOOD[signal].length)).toEqual({
      pieces: [GOOD[signal]],
      tooLarge: [],
    });
  });

  test('repeats resource and scope in every piece, and keeps order', () => {
    const spans = ['a', 'b', 'c', 'd', 'e'].map((name) => span({ name }));
    const two = by.message(
      1,
      resource(),
      by.message(
        2,
        scope(),
        by.text(3, 'https://schema'),
        ...spans.slice(0, 2).map((one) => by.bytes(2, one)),
      ),
    );
    const found = pieces('traces', traces(...spans), two.length + 30);
    expect(found.map((piece) => leavesOf('traces', piece).map(({ record }) => record['name']))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e'],
    ]);
    expect(found[0]).toEqual(two);
  });

  test('repeats name, unit, temporality of a metric whose points need several pieces', () => {
    const points = Array.from({ length: 20 }, (_, i) => by.bytes(1, numberPoint(i)));
    const body = metrics(
      by.concat(
        by.text(1, 'm'),
        by.text(3, 'By'),
        by.message(7, ...points, by.number(2, 2), by.number(3, 1)),
      ),
    );
    const found = pieces('metrics', body, 200);
    expect(found.length).toBeGreaterThan(4);
    expect(found.flatMap((piece) => leavesOf('metrics', piece))).toEqual(leavesOf('metrics', body));
    for (const piece of found) expect(validateRequest('metrics', piece, RANGE).rejected).toBe(0);
  });

  test('never has two parts of a metric’s points in one metric, where the second would take the place of the first', () => {
    const body = metrics(
      metric('s', 5, ...Array.from({ length: 10 }, (_, i) => by.bytes(1, numberPoint(i)))),
    );
    const found = pieces('metrics', body, 232);
    expect(found.length).toBeGreaterThan(1);
    expect(found.flatMap((piece) => leavesOf('metrics', piece))).toEqual(leavesOf('metrics', body));
  });

  test('leaves out records that are too large alone, and says which', () => {
    const big = span({ name: 'x'.repeat(2000) });
    const body = traces(span({ name: 'a' }), big, span({ name: 'b' }), big);
    const { pieces: found, tooLarge } = splitRequest('traces', body, 1000);
    expect(tooLarge).toEqual([1, 3]);
    expect(found.flatMap((piece) => leavesOf('traces', piece).map(({ record }) => record['name']))).toEqual([
      'a',
      'b',
    ]);
  });

  test('finds every record too large under a resource that is', () => {
    const body = by.message(
      1,
      resource('x'.repeat(500)),
      by.message(2, ...[1, 2, 3].map(() => by.bytes(2, span()))),
    );
    expect(splitRequest('traces', body, 400)).toEqual({ pieces: [], tooLarge: [0, 1, 2] });
  });

  const leaf = fc.integer({ min: 0, max: 400 });
  const tree = fc.array(fc.array(fc.array(leaf, { maxLength: 6 }), { maxLength: 3 }), { maxLength: 4 });
  const BUILD: Record<Signal, (sizes: readonly (readonly (readonly number[])[])[]) => Buffer> = {
    traces: (all) => join(all, (size) => by.bytes(2, span({ name: 'x'.repeat(size) }))),
    logs: (all) => join(all, (size) => by.bytes(2, logRecord(by.text(12, 'x'.repeat(size))))),
    metrics: (all) =>
      join(all, (size) =>
        by.bytes(
          2,
          size % 2 === 0
            ? metric(
                'n'.repeat(size % 7),
                9,
                by.bytes(1, histogramPoint(size % 20, 0)),
                by.bytes(1, histogramPoint(3, 2)),
                by.number(2, 1),
              )
            : metric('s', 5, ...Array.from({ length: size % 11 }, (_, i) => by.bytes(1, numberPoint(i)))),
        ),
      ),
  };
  test.each(SIGNALS)(
    'pieces of any %s are within the limit and hold the same records, but those too large',
    (signal) => {
      fc.assert(
        fc.property(tree, fc.integer({ min: 150, max: 2000 }), (sizes, maxBytes) => {
          const body = BUILD[signal](sizes);
          const { pieces: found, tooLarge } = splitRequest(signal, body, maxBytes);
          for (const piece of found) expect(piece.length).toBeLessThanOrEqual(maxBytes);
          const expected = leavesOf(signal, body).filter((_, index) => !tooLarge.includes(index));
          expect(found.flatMap((piece) => leavesOf(signal, piece))).toEqual(expected);
        }),
        { numRuns: 200 },
      );
    },
  );
});

describe('validateRequest() with maxPieceBytes', () => {
  test('rejects a record too large alone, by its place in what was sent', () => {
    const big = span({ name: 'x'.repeat(2000) });
    const bad = span({ spanId: Buffer.alloc(8) });
    const body = by.concat(
      by.message(
        1,
        resource('a'),
        by.message(2, by.bytes(2, bad), by.bytes(2, span({ name: 'one' })), by.bytes(2, bad)),
      ),
      by.message(
        1,
        resource('b'),
        by.message(2, by.bytes(2, bad), by.bytes(2, span({ name: 'two' })), by.bytes(2, big)),
      ),
    );
    const validation = validateRequest('traces', body, { ...RANGE, maxPieceBytes: 1000 });
    expect(validation).toMatchObject({ records: 6, accepted: 2, rejected: 4 });
    expect(validation.rejections).toMatchObject([
      { reason: 'invalid-span-id', count: 3 },
      { reason: 'too-large-for-log', count: 1, firstPath: 'resource_spans[1].scope_spans[0].spans[2]' },
    ]);
    const names = validation.pieces.flatMap(({ bytes }) =>
      leavesOf('traces', bytes).map(({ record }) => record['name']),
    );
    expect(names).toEqual(['one', 'two']);
  });

  test('tells of each piece what its rows take', () => {
    const body = logs(...Array.from({ length: 50 }, () => logRecord()));
    const { pieces: found, storedBytes } = validateRequest('logs', body, { ...RANGE, maxPieceBytes: 500 });
    expect(found.length).toBeGreaterThan(2);
    const sum = found.reduce((total, piece) => total + piece.storedBytes, 0);
    expect(Math.abs(sum - storedBytes)).toBeLessThan(storedBytes / 20);
  });
});

function join(all: readonly (readonly (readonly number[])[])[], record: (size: number) => Buffer): Buffer {
  return by.concat(
    ...all.map((scopes, i) =>
      by.message(
        1,
        resource(`service-${i}`),
        ...scopes.map((sizes) => by.message(2, scope(), ...sizes.map(record), by.text(3, 'after'))),
        by.text(900, 'unknown'),
      ),
    ),
  );
}
