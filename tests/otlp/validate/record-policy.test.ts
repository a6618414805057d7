import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedRequestError, RequestTooLargeError } from '../../../otlp/errors.ts';
import { RequestWalk } from '../../../otlp/validate/request-walk.ts';
import type { RecordPolicy } from '../../../otlp/validate/types.ts';
import { validateRequest } from '../../../otlp/validate/validate-request.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../../schemas/otlp.ts';
import { decode } from '../support/decode.ts';
import * as by from '../support/encode.ts';
import {
  attribute,
  GOOD,
  logRecord,
  logs,
  metric,
  metrics,
  NOW_MILLIS,
  NOW_NANOS,
  numberPoint,
  RANGE,
  resource,
  scope,
  span,
  stringValue,
  traces,
} from '../support/payloads.ts';

const DAY_NANOS = 86_400_000_000_000n;
const EARLIEST_NANOS = BigInt(RANGE.earliestMillis) * 1_000_000n;
const validate = (signal: Signal, bytes: Uint8Array, policy: Partial<RecordPolicy>) =>
  validateRequest(signal, bytes, { ...RANGE, ...policy });
const decoded = (signal: Signal, bytes: Uint8Array) => decode(REQUEST_MESSAGE[signal], bytes);

describe('validateRequest() with maxValueBytes', () => {
  const cut = { maxValueBytes: 130, overLongValues: 'truncate' } as const;
  const long = 'x'.repeat(1000);

  test('truncates texts and bytes wherever they are values, and nothing else', () => {
    const nest = (text: string, blob: Uint8Array) =>
      by.message(
        6,
        attribute(1, long, by.message(5, by.message(1, by.text(1, text)), by.message(1, by.bytes(7, blob)))),
      );
    const build = (text: string, blob: Buffer) =>
      by.message(
        1,
        by.message(1, attribute(1, 'service.name', stringValue(text))),
        by.message(
          2,
          by.message(1, by.text(1, long), attribute(3, 'scope', stringValue(text))),
          by.bytes(
            2,
            span({
              name: long,
              extra: by.concat(
                attribute(9, 'nested', nest(text, blob)),
                by.message(11, by.text(2, long), attribute(3, 'event', stringValue(text))),
                by.message(13, attribute(4, 'link', by.bytes(7, blob))),
              ),
            }),
          ),
          by.text(3, long),
        ),
      );
    const blob = Buffer.alloc(1000, 0xff);
    const validation = validate('traces', build(long, blob), cut);
    expect(validation).toMatchObject({ accepted: 1, rejected: 0, rejections: [] });
    expect(validation.changes).toEqual([
      {
        kind: 'truncated-value',
        count: 6,
        firstPath: 'resource_spans[0].resource.attributes[0].value.string_value',
      },
    ]);
    expect(Buffer.from(validation.bytes)).toEqual(build(long.slice(0, 130), blob.subarray(0, 130)));
  });

  test('truncates log bodies', () => {
    const build = (text: string) => logs(by.concat(by.fixed64(1, NOW_NANOS), by.bytes(5, stringValue(text))));
    const validation = validate('logs', build(long), cut);
    expect(Buffer.from(validation.bytes)).toEqual(build(long.slice(0, 130)));
    expect(validation.changes).toMatchObject([
      { firstPath: 'resource_logs[0].scope_logs[0].log_records[0].body.string_value' },
    ]);
  });

  test('takes values of exactly the limit as they are', () => {
    const body = traces(span({ extra: attribute(9, 'k', stringValue('x'.repeat(130))) }));
    expect(validate('traces', body, cut).bytes).toBe(body);
  });

  test('never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 131, maxLength: 400 }), (text) => {
        const { bytes } = validate(
          'traces',
          traces(span({ extra: attribute(9, 'k', stringValue(text)) })),
          cut,
        );
        const [{ value }] = attributesOf(bytes).slice(-1) as [{ value: { string_value: string } }];
        const kept = value.string_value;
        expect(text.toWellFormed().startsWith(kept)).toBe(true);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(130);
        if (Buffer.byteLength(text) > 130) expect(Buffer.byteLength(kept)).toBeGreaterThan(126);
        expect(validate('traces', bytes, cut).changes).toEqual([]);
      }),
    );
  });

  test('rejects the record of a longer value when told to', () => {
    const bad = span({ extra: attribute(9, 'k', stringValue(long)) });
    const validation = validate('traces', traces(span({ name: 'a' }), bad, span({ name: 'b' })), {
      maxValueBytes: 130,
      overLongValues: 'reject',
    });
    expect(validation.rejections).toEqual([
      {
        reason: 'value-too-long',
        count: 1,
        firstPath: 'resource_spans[0].scope_spans[0].spans[1].attributes[2].value.string_value',
      },
    ]);
    expect(Buffer.from(validation.bytes)).toEqual(traces(span({ name: 'a' }), span({ name: 'b' })));
  });

  test('rejects everything under a resource with a longer value', () => {
    const one = (service: string) =>
      by.message(1, resource(service), by.message(2, scope(), by.bytes(2, span())));
    const spans = by.message(
      2,
      scope(),
      by.bytes(2, span()),
      by.bytes(2, span({ traceId: Buffer.alloc(16) })),
    );
    const body = by.concat(one('good'), by.message(1, spans, resource(long)), one('other'));
    const validation = validate('traces', body, { maxValueBytes: 130 });
    expect(validation).toMatchObject({ records: 4, accepted: 2, rejected: 2 });
    expect(validation.rejections).toEqual([
      {
        reason: 'value-too-long',
        count: 2,
        firstPath: 'resource_spans[1].resource.attributes[0].value.string_value',
      },
    ]);
    expect(Buffer.from(validation.bytes)).toEqual(by.concat(one('good'), one('other')));
  });

  test('forgets the changes inside what is rejected', () => {
    const bad = span({ traceId: Buffer.alloc(16), extra: attribute(9, 'k', stringValue(long)) });
    const good = span({ extra: attribute(9, 'k', stringValue(long)) });
    const validation = validate('traces', traces(bad, good), cut);
    expect(validation.changes).toEqual([
      {
        kind: 'truncated-value',
        count: 1,
        firstPath: 'resource_spans[0].scope_spans[0].spans[1].attributes[2].value.string_value',
      },
    ]);
    expect(Buffer.from(validation.bytes)).toEqual(
      traces(span({ extra: attribute(9, 'k', stringValue(long.slice(0, 130))) })),
    );
  });
});

describe('validateRequest() with maxAttributes', () => {
  const list = (field: number, count: number) =>
    by.concat(...Array.from({ length: count }, (_, i) => attribute(field, `k${i}`, by.number(2, 1))));
  const path = 'resource_spans[0].scope_spans[0].spans[1]';

  test('takes a record with as many in each of its lists', () => {
    const extra = by.concat(list(9, 8), by.message(11, list(3, 10)), by.message(13, list(4, 10)));
    const kvlist = attribute(9, 'values are no attributes', by.message(6, list(1, 50)));
    const body = traces(
      span({ extra }),
      by.concat(
        by.bytes(1, Buffer.alloc(16, 1)),
        by.bytes(2, Buffer.alloc(8, 1)),
        by.fixed64(7, NOW_NANOS),
        kvlist,
      ),
    );
    expect(validate('traces', body, { maxAttributes: 10 }).bytes).toBe(body);
  });

  test.each([
    ['itself', list(9, 9), `${path}.attributes[10]`],
    ['an event', by.message(11, list(3, 11)), `${path}.events[1].attributes[10]`],
    ['a link', by.message(13, list(4, 11)), `${path}.links[1].attributes[10]`],
  ])('rejects a span with one more on %s, and says which is too many', (_, extra, firstPath) => {
    const validation = validate('traces', traces(span(), span({ extra })), { maxAttributes: 10 });
    expect(validation.rejections).toEqual([{ reason: 'too-many-attributes', count: 1, firstPath }]);
    expect(Buffer.from(validation.bytes)).toEqual(traces(span()));
  });

  test.each([
    [
      'a resource',
      by.concat(by.message(1, list(1, 11)), by.message(2, by.bytes(2, span()))),
      'resource.attributes[10]',
    ],
    [
      'a scope',
      by.message(2, by.message(1, list(3, 11)), by.bytes(2, span())),
      'scope_spans[0].scope.attributes[10]',
    ],
  ])('rejects all records of %s with one more', (_, content, firstPath) => {
    const validation = validate('traces', by.bytes(1, content), { maxAttributes: 10 });
    expect(validation).toMatchObject({ accepted: 0, rejected: 1 });
    expect(validation.rejections).toEqual([
      { reason: 'too-many-attributes', count: 1, firstPath: `resource_spans[0].${firstPath}` },
    ]);
  });

  test('rejects a metric with more in its metadata, and keeps its neighbours', () => {
    const good = metric('good', 5, by.bytes(1, numberPoint()));
    const bad = by.concat(
      metric('bad', 5, by.bytes(1, numberPoint()), by.bytes(1, numberPoint())),
      list(12, 11),
    );
    const validation = validate('metrics', metrics(bad, good), { maxAttributes: 10 });
    expect(validation.rejections).toMatchObject([
      { count: 2, firstPath: expect.stringMatching(/metadata\[10\]$/) },
    ]);
    expect(Buffer.from(validation.bytes)).toEqual(metrics(good));
  });
});

describe('validateRequest() with excessAttributes: truncate', () => {
  const drop = { maxAttributes: 10, excessAttributes: 'truncate' } as const;
  const list = (field: number, count: number, value = by.number(2, 1)) =>
    by.concat(...Array.from({ length: count }, (_, i) => attribute(field, `k${i}`, value)));
  const bare = (...fields: Buffer[]) =>
    by.concat(
      by.bytes(1, Buffer.alloc(16, 1)),
      by.bytes(2, Buffer.alloc(8, 1)),
      by.fixed64(7, NOW_NANOS),
      ...fields,
    );

  test('drops what is beyond in every kind of list, keeps the first and everything else, and counts attributes', () => {
    const build = (count: number) =>
      by.message(
        1,
        by.message(1, list(1, count), by.number(2, 7)),
        by.message(
          2,
          by.message(1, by.text(1, 'scope'), list(3, count)),
          by.bytes(
            2,
            bare(
              list(9, count),
              by.text(5, 'after'),
              by.message(11, list(3, count), by.text(2, 'event')),
              by.message(13, list(4, count)),
            ),
          ),
        ),
      );
    const validation = validate('traces', build(13), drop);
    expect(validation).toMatchObject({ records: 1, accepted: 1, rejected: 0, rejections: [] });
    expect(validation.changes).toEqual([
      { kind: 'dropped-attribute', count: 15, firstPath: 'resource_spans[0].resource.attributes[10]' },
    ]);
    expect(Buffer.from(validation.bytes)).toEqual(build(10));
  });

  test('drops from two lists though one ends where the other goes on', () => {
    const build = (inner: number, outer: number) =>
      traces(bare(list(9, 10), by.message(11, list(3, inner)), list(9, outer)));
    const validation = validate('traces', build(12, 3), drop);
    expect(validation.changes).toMatchObject([{ kind: 'dropped-attribute', count: 5 }]);
    expect(Buffer.from(validation.bytes)).toEqual(build(10, 0));
  });

  test('drops those that lie between other fields', () => {
    const name = by.text(5, 'name');
    const sent = bare(list(9, 9), name, list(9, 2), by.number(6, 2), list(9, 2), by.number(10, 3));
    const validation = validate('traces', traces(sent), drop);
    expect(validation.changes).toMatchObject([{ count: 3 }]);
    expect(Buffer.from(validation.bytes)).toEqual(
      traces(bare(list(9, 9), name, list(9, 1), by.number(6, 2), by.number(10, 3))),
    );
  });

  test('keeps entries of a list that is a value, however many', () => {
    const body = traces(bare(attribute(9, 'list', by.message(6, list(1, 50)))));
    expect(validate('traces', body, drop).bytes).toBe(body);
  });

  test('asks of what is dropped nothing but that it is well-formed', () => {
    const long = stringValue('x'.repeat(500));
    const sent = traces(
      bare(list(9, 10), attribute(9, 'long', long), attribute(9, 'nested', by.message(5, by.bytes(1, long)))),
    );
    for (const overLongValues of ['truncate', 'reject'] as const) {
      const validation = validate('traces', sent, { ...drop, maxValueBytes: 130, overLongValues });
      expect(validation).toMatchObject({
        rejections: [],
        changes: [{ kind: 'dropped-attribute', count: 2 }],
      });
      expect(Buffer.from(validation.bytes)).toEqual(traces(bare(list(9, 10))));
    }
    const broken = traces(bare(list(9, 10), by.message(9, by.bytes(1, Buffer.from([0xff])))));
    expect(() => validate('traces', broken, drop)).toThrow(MalformedRequestError);
  });

  test('forgets the drops inside what is rejected', () => {
    const bad = span({ traceId: Buffer.alloc(16), extra: list(9, 20) });
    const validation = validate('traces', traces(bad, span()), drop);
    expect(validation).toMatchObject({ rejections: [{ reason: 'invalid-trace-id', count: 1 }], changes: [] });
    expect(Buffer.from(validation.bytes)).toEqual(traces(span()));
  });

  test('drops, cuts values and moves times in one record', () => {
    const build = (count: number, text: string, time: bigint) =>
      logs(by.concat(by.fixed64(1, time), list(6, count, stringValue(text)), by.bytes(5, stringValue(text))));
    const sent = build(12, 'x'.repeat(200), 1n);
    const policy = {
      ...drop,
      maxValueBytes: 130,
      overLongValues: 'truncate',
      clampMillis: NOW_MILLIS,
    } as const;
    const validation = validate('logs', sent, policy);
    expect(validation.changes).toMatchObject([
      { kind: 'truncated-value', count: 11 },
      { kind: 'dropped-attribute', count: 2 },
      { kind: 'moved-time', count: 1 },
    ]);
    expect(Buffer.from(validation.bytes)).toEqual(build(10, 'x'.repeat(130), EARLIEST_NANOS));
  });

  test('rejects a record whose attributes lie so scattered that a note of each would fill the memory', () => {
    const pair = by.concat(by.message(9), by.number(10, 1));
    const scattered = Buffer.alloc(140_000 * pair.length, pair);
    const validation = validate(
      'traces',
      traces(span({ extra: list(9, 20) }), span({ extra: scattered })),
      drop,
    );
    expect(validation).toMatchObject({
      accepted: 1,
      rejections: [{ reason: 'too-many-attributes', count: 1 }],
      changes: [{ kind: 'dropped-attribute', count: 12 }],
    });
  });

  test('holds no edit per attribute of a list that is far too long', () => {
    const walk = new RequestWalk(traces(span({ extra: list(9, 20_000) })), { ...RANGE, ...drop });
    walk.walk(REQUEST_MESSAGE.traces);
    // span() has two attributes of its own; the limit is reached in the row.
    expect([...walk.edits]).toMatchObject([{ count: 19_992 }]);
  });
});

describe('validateRequest() with clampMillis', () => {
  const clamp = { clampMillis: NOW_MILLIS };
  const old = NOW_NANOS - 400n * DAY_NANOS;
  const ahead = NOW_NANOS + 400n * DAY_NANOS;

  const SPANS: Record<string, [Parameters<typeof span>[0], Parameters<typeof span>[0], number]> = {
    'a start before the retention': [
      { start: old, end: NOW_NANOS },
      { start: EARLIEST_NANOS, end: NOW_NANOS },
      1,
    ],
    'both before the retention': [
      { start: old, end: old + 5n },
      { start: EARLIEST_NANOS, end: EARLIEST_NANOS },
      2,
    ],
    'an end far ahead': [{ start: NOW_NANOS, end: ahead }, { start: NOW_NANOS, end: NOW_NANOS }, 1],
    'both far ahead': [{ start: ahead, end: ahead + 5n }, { start: NOW_NANOS, end: NOW_NANOS }, 2],
    'a start of 0': [{ start: 0n, end: NOW_NANOS }, { start: NOW_NANOS, end: NOW_NANOS }, 1],
  };
  test.each(Object.entries(SPANS))('moves the times of a span with %s', (_, [sent, kept, count]) => {
    const body = traces(span(), span(sent));
    const copy = Buffer.from(body);
    const validation = validate('traces', body, clamp);
    expect(validation).toMatchObject({ accepted: 2, rejected: 0, changes: [{ kind: 'moved-time', count }] });
    const times = (spans: readonly Record<string, unknown>[]) =>
      spans.map(({ start_time_unix_nano: start, end_time_unix_nano: end }) => [start, end]);
    expect(times(spansOf(validation.bytes))).toEqual(times(spansOf(traces(span(), span(kept)))));
    expect(body).toEqual(copy);
  });

  test('gives a point or a span without a time the present one', () => {
    const bare = by.concat(
      by.bytes(1, Buffer.alloc(16, 1)),
      by.bytes(2, Buffer.alloc(8, 1)),
      by.text(5, 'bare'),
    );
    const filled = validate('traces', traces(bare), clamp);
    expect(spansOf(filled.bytes)).toMatchObject([{ name: 'bare', start_time_unix_nano: NOW_NANOS }]);
    expect(filled.changes).toEqual([
      {
        kind: 'moved-time',
        count: 1,
        firstPath: 'resource_spans[0].scope_spans[0].spans[0].start_time_unix_nano',
      },
    ]);
    const points = [by.concat(), by.double(4, 1), by.fixed64(3, 0)].map((point) => by.bytes(1, point));
    const { bytes, changes } = validate('metrics', metrics(metric('m', 5, ...points)), clamp);
    expect(changes).toMatchObject([{ kind: 'moved-time', count: 3 }]);
    expect(bytes).toEqual(
      new Uint8Array(
        metrics(
          metric(
            'm',
            5,
            by.message(1, by.fixed64(3, NOW_NANOS)),
            by.message(1, by.double(4, 1), by.fixed64(3, NOW_NANOS)),
            by.message(1, by.fixed64(3, NOW_NANOS)),
          ),
        ),
      ),
    );
  });

  test('moves the time of a log record that counts, and leaves one without any', () => {
    const body = logs(
      logRecord(by.fixed64(1, ahead), by.fixed64(11, NOW_NANOS)),
      logRecord(by.fixed64(11, old)),
      logRecord(),
    );
    expect(Buffer.from(validate('logs', body, clamp).bytes)).toEqual(
      logs(
        logRecord(by.fixed64(1, NOW_NANOS), by.fixed64(11, NOW_NANOS)),
        logRecord(by.fixed64(11, EARLIEST_NANOS)),
        logRecord(),
      ),
    );
  });

  test('still rejects a record for what else is wrong with it', () => {
    const validation = validate('traces', traces(span({ start: old, spanId: Buffer.alloc(8) })), clamp);
    expect(validation).toMatchObject({ rejections: [{ reason: 'invalid-span-id' }], changes: [] });
  });

  test('changes nothing in a request within the range', () => {
    for (const signal of SIGNALS) expect(validate(signal, GOOD[signal], clamp).bytes).toBe(GOOD[signal]);
  });
});

describe('validateRequest() with every policy at once', () => {
  const policy = {
    clampMillis: NOW_MILLIS,
    maxAttributes: 2,
    excessAttributes: 'truncate',
    maxValueBytes: 130,
    overLongValues: 'truncate',
    maxPieceBytes: 700,
  } as const;
  const spanLike = fc.record({
    start: fc.constantFrom(NOW_NANOS, 0n, 5n, NOW_NANOS + 900n * DAY_NANOS),
    isGood: fc.boolean(),
    value: fc.constantFrom('short', 'x'.repeat(131), 'ä'.repeat(400)),
    attributes: fc.integer({ min: 0, max: 3 }),
  });

  test('what comes out is a valid request in which nothing more is to do', () => {
    const tree = fc.array(fc.array(fc.array(spanLike, { maxLength: 5 }), { maxLength: 3 }), { maxLength: 3 });
    fc.assert(
      fc.property(tree, (resources) => {
        const body = by.concat(
          ...resources.map((scopes, i) =>
            by.message(
              1,
              resource(`service-${i}`),
              ...scopes.map((spans) =>
                by.message(2, scope(), ...spans.map((one) => by.bytes(2, spanOf(one))), by.text(3, 'after')),
              ),
            ),
          ),
        );
        const sent = resources.flat(2);
        const expected = sent.filter(({ isGood }) => isGood);
        const validation = validate('traces', body, policy);
        expect(validation).toMatchObject({ records: sent.length, accepted: expected.length });
        const again = validate('traces', validation.bytes, { ...policy, maxPieceBytes: 2 ** 30 });
        expect(again).toMatchObject({ rejected: 0, changes: [] });
        expect(again.bytes).toBe(validation.bytes);
        const pieces = validation.pieces.map(({ bytes }) => bytes);
        expect(pieces.flatMap(spansOf)).toEqual(spansOf(validation.bytes));
      }),
    );
  });

  test.each(SIGNALS)('fails on damaged %s only as it may, and counts stay consistent', (signal) => {
    const positions = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(positions, (changes) => {
        const bytes = Buffer.from(GOOD[signal]);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          const { records, accepted, rejected, pieces } = validate(signal, bytes, {
            ...policy,
            maxPieceBytes: 60,
          });
          expect(accepted + rejected).toBe(records);
          for (const piece of pieces) expect(() => decoded(signal, piece.bytes)).not.toThrow(RangeError);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRequestError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('refuses a request whose rows are more than maxStoredBytes before it has seen them all', () => {
    const many = metrics(metric('m', 5, ...Array.from({ length: 1000 }, () => by.message(1))), by.concat());
    expect(() => validate('metrics', many, { maxStoredBytes: 10_000 })).toThrow(RequestTooLargeError);
  });

  function spanOf({
    start,
    isGood,
    value,
    attributes,
  }: {
    start: bigint;
    isGood: boolean;
    value: string;
    attributes: number;
  }) {
    return by.concat(
      by.bytes(1, Buffer.alloc(isGood ? 16 : 3, 1)),
      by.bytes(2, Buffer.alloc(8, 1)),
      ...(start === 0n ? [] : [by.fixed64(7, start)]),
      ...Array.from({ length: attributes }, (_, i) => attribute(9, `k${i}`, stringValue(value))),
    );
  }
});

type Fields = Record<string, unknown>;

function spansOf(bytes: Uint8Array): Fields[] {
  const list = (parent: Fields, field: string) => (parent[field] ?? []) as Fields[];
  return list(decoded('traces', bytes), 'resource_spans')
    .flatMap((one) => list(one, 'scope_spans'))
    .flatMap((one) => list(one, 'spans'));
}

function attributesOf(bytes: Uint8Array): Fields[] {
  return spansOf(bytes)[0]?.['attributes'] as Fields[];
}
