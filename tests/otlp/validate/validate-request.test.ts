import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedRequestError } from '../../../otlp/errors.ts';
import { validateRequest } from '../../../otlp/validate/validate-request.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import * as by from '../support/encode.ts';
import {
  attribute,
  GOOD,
  histogramPoint,
  logRecord,
  logs,
  metric,
  metrics,
  NOW_NANOS,
  numberPoint,
  RANGE,
  resource,
  scope,
  span,
  stringValue,
  TRACE_ID,
  traces,
} from '../support/payloads.ts';

const DAY_NANOS = 86_400_000_000_000n;
const validate = (signal: Signal, bytes: Uint8Array) => validateRequest(signal, bytes, RANGE);

function fault(signal: Signal, bytes: Uint8Array): MalformedRequestError {
  try {
    validate(signal, bytes);
  } catch (error) {
    if (error instanceof MalformedRequestError) return error;
    throw error;
  }
  throw new Error('was taken');
}

describe('validateRequest() on good requests', () => {
  test.each(SIGNALS)('gives the same array back when every record of %s is accepted', (signal) => {
    const validation = validate(signal, GOOD[signal]);
    const { storedBytes, pieces, ...rest } = validation;
    expect(rest).toEqual({
      records: 1,
      accepted: 1,
      rejected: 0,
      rejections: [],
      changes: [],
      bytes: GOOD[signal],
    });
    expect(pieces).toEqual([{ bytes: GOOD[signal], storedBytes, records: rest.records }]);
    expect(storedBytes).toBeGreaterThan(GOOD[signal].length);
    expect(validation.bytes).toBe(GOOD[signal]);
  });

  test.each(SIGNALS)('finds no records in an empty request of %s (line 12)', (signal) => {
    expect(validate(signal, new Uint8Array(0))).toMatchObject({ records: 0, accepted: 0, rejected: 0 });
    expect(validate(signal, by.message(1, resource()))).toMatchObject({ records: 0, rejected: 0 });
  });

  const ANY_VALUES: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    bytes: by.bytes(7, Buffer.from([0xff, 0x00])),
    'a heterogeneous array': by.message(
      5,
      by.message(1, by.text(1, 'a')),
      by.message(1, by.number(3, -1)),
      by.message(1),
    ),
    'a nested kvlist': by.message(6, attribute(1, 'k', by.message(6, attribute(1, 'l', by.number(2, 1))))),
    'a dictionary index (line 35)': by.number(8, 5),
  };
  test.each(Object.entries(ANY_VALUES))('line 34: accepts an attribute that is %s', (_, value) => {
    expect(validate('traces', traces(span({ extra: attribute(9, 'k', value) }))).accepted).toBe(1);
    expect(validate('logs', logs(logRecord(by.bytes(5, value), attribute(6, 'k', value)))).accepted).toBe(1);
  });

  test('line 35: accepts key_strindex, entity_refs, event_name, metadata and flags', () => {
    const request = by.message(
      1,
      by.message(
        1,
        by.message(3, by.text(1, 'url'), by.text(2, 'service'), by.text(3, 'id'), by.text(4, 'd')),
      ),
      by.message(
        2,
        by.bytes(2, span({ extra: by.message(9, by.number(3, 7), by.bytes(2, stringValue('v'))) })),
      ),
    );
    expect(validate('traces', request).accepted).toBe(1);
    expect(validate('logs', logs(logRecord(by.text(12, 'browser.page_view')))).accepted).toBe(1);
    const described = by.concat(
      metric('m', 5, by.bytes(1, numberPoint())),
      attribute(12, 'k', stringValue('v')),
    );
    expect(validate('metrics', metrics(described)).accepted).toBe(1);
  });

  test('line 35: steps over fields it does not know, groups too', () => {
    const unknown = by.concat(
      by.text(900, 'x'),
      by.number(901, 1),
      by.tag(902, 3),
      by.fixed32(1, 1),
      by.tag(902, 4),
    );
    const request = by.concat(traces(span({ extra: unknown })), unknown);
    expect(validate('traces', request).bytes).toBe(request);
  });

  test('line 38: accepts points without a value, with unpacked buckets, and histograms without buckets', () => {
    const unpacked = by.concat(by.fixed64(3, NOW_NANOS), by.fixed64(6, 1), by.fixed64(6, 2), by.double(7, 1));
    const list = [
      metric('gauge', 5, by.bytes(1, by.concat(by.fixed64(3, NOW_NANOS), by.number(8, 1)))),
      metric('unpacked', 9, by.bytes(1, unpacked), by.number(2, 2)),
      metric('none', 9, by.bytes(1, histogramPoint(0, 0)), by.number(2, 2)),
      metric('one', 9, by.bytes(1, histogramPoint(1, 0)), by.number(2, 1)),
      metric(
        'exponential',
        10,
        by.bytes(1, by.concat(by.fixed64(3, NOW_NANOS), by.message(8, by.bytes(2, by.varint(300))))),
        by.number(2, 1),
      ),
      metric(
        'summary',
        11,
        by.bytes(1, by.concat(by.fixed64(3, NOW_NANOS), by.message(6, by.double(1, 0.5)))),
      ),
    ];
    expect(validate('metrics', metrics(...list))).toMatchObject({ records: 6, accepted: 6 });
  });

  test('line 39: accepts a list with the same key twice', () => {
    const twice = by.concat(attribute(9, 'k', stringValue('a')), attribute(9, 'k', stringValue('b')));
    expect(validate('traces', traces(span({ extra: twice }))).accepted).toBe(1);
  });
});

describe('validateRequest() on single bad records', () => {
  const BAD_SPANS: Record<string, [Parameters<typeof span>[0], string, string]> = {
    'an all-zero trace id': [{ traceId: Buffer.alloc(16) }, 'invalid-trace-id', 'trace_id'],
    'a trace id of 15 bytes': [{ traceId: TRACE_ID.subarray(1) }, 'invalid-trace-id', 'trace_id'],
    'no trace id': [{ traceId: Buffer.alloc(0) }, 'invalid-trace-id', 'trace_id'],
    'an all-zero span id': [{ spanId: Buffer.alloc(8) }, 'invalid-span-id', 'span_id'],
    'a span id of 9 bytes': [{ spanId: Buffer.alloc(9, 1) }, 'invalid-span-id', 'span_id'],
    'a parent of 4 bytes': [{ parentSpanId: Buffer.alloc(4, 1) }, 'invalid-parent-span-id', 'parent_span_id'],
    'a start before the retention': [
      { start: NOW_NANOS - 15n * DAY_NANOS },
      'too-old',
      'start_time_unix_nano',
    ],
    'no start': [{ start: 0n }, 'too-old', 'start_time_unix_nano'],
    'a start two days ahead': [{ start: NOW_NANOS + 2n * DAY_NANOS }, 'too-far-ahead', 'end_time_unix_nano'],
    'an end two days ahead': [{ end: NOW_NANOS + 2n * DAY_NANOS }, 'too-far-ahead', 'end_time_unix_nano'],
  };
  test.each(Object.entries(BAD_SPANS))(
    'line 36: rejects a span with %s and keeps its neighbours',
    (_, [options, reason, field]) => {
      const good = [span({ name: 'first' }), span({ name: 'last' })] as const;
      const validation = validate('traces', traces(good[0], span(options), good[1]));
      expect(validation).toMatchObject({ records: 3, accepted: 2, rejected: 1 });
      const firstPath = `resource_spans[0].scope_spans[0].spans[1].${field}`;
      expect(validation.rejections).toEqual([{ reason, count: 1, firstPath }]);
      expect(Buffer.from(validation.bytes)).toEqual(traces(...good));
    },
  );

  test('line 36: takes a span whose parent is empty or all zero, and links without ids', () => {
    const spans = [
      span({ parentSpanId: Buffer.alloc(0) }),
      span({ parentSpanId: Buffer.alloc(8) }),
      span({ extra: by.message(13, by.bytes(1, Buffer.alloc(3))) }),
    ];
    expect(validate('traces', traces(...spans)).accepted).toBe(3);
  });

  test.each([Buffer.alloc(0), Buffer.alloc(16), Buffer.alloc(3, 1)])(
    'line 36: accepts a log record with the trace id %j as one without',
    (id) => {
      const request = logs(logRecord(by.bytes(9, id), by.bytes(10, id)));
      expect(validate('logs', request).bytes).toBe(request);
    },
  );

  test('line 37: judges a log record by its observed time when its own is 0, and takes one without any', () => {
    const request = logs(
      logRecord(by.fixed64(1, NOW_NANOS - 15n * DAY_NANOS), by.fixed64(11, NOW_NANOS)),
      logRecord(by.fixed64(1, 0), by.fixed64(11, NOW_NANOS + 2n * DAY_NANOS)),
      logRecord(by.fixed64(11, NOW_NANOS)),
      logRecord(),
    );
    const validation = validate('logs', request);
    expect(validation).toMatchObject({ records: 4, accepted: 2 });
    expect(validation.rejections).toEqual([
      {
        reason: 'too-old',
        count: 1,
        firstPath: 'resource_logs[0].scope_logs[0].log_records[0].time_unix_nano',
      },
      {
        reason: 'too-far-ahead',
        count: 1,
        firstPath: 'resource_logs[0].scope_logs[0].log_records[1].time_unix_nano',
      },
    ]);
  });

  test.each([
    ['sum', 7, numberPoint()],
    ['histogram', 9, histogramPoint(2, 1)],
    ['exponential_histogram', 10, by.fixed64(3, NOW_NANOS)],
  ] as const)('line 38: rejects every point of a %s without temporality', (name, kind, point) => {
    const good = metric('good', kind, by.bytes(1, point), by.number(2, 2));
    const bad = metric('bad', kind, by.bytes(1, point), by.bytes(1, by.concat(point)));
    const validation = validate('metrics', metrics(bad, good));
    expect(validation).toMatchObject({ records: 3, accepted: 1, rejected: 2 });
    const firstPath = `resource_metrics[0].scope_metrics[0].metrics[0].${name}.aggregation_temporality`;
    expect(validation.rejections).toEqual([{ reason: 'unspecified-temporality', count: 2, firstPath }]);
    expect(Buffer.from(validation.bytes)).toEqual(metrics(by.text(1, 'bad'), good));
  });

  test('line 38: rejects a point once when both its time and its metric are wrong', () => {
    const old = numberPoint(1, NOW_NANOS - 15n * DAY_NANOS);
    const validation = validate(
      'metrics',
      metrics(metric('bad', 7, by.bytes(1, old), by.bytes(1, numberPoint()))),
    );
    expect(validation).toMatchObject({ records: 2, accepted: 0, rejected: 2 });
    expect(validation.rejections).toMatchObject([{ reason: 'unspecified-temporality', count: 2 }]);
  });

  test.each([
    [1, 1],
    [3, 1],
    [0, 2],
    [2, 0],
  ])('line 38: rejects a histogram point with %i buckets and %i bounds', (counts, bounds) => {
    const validation = validate(
      'metrics',
      metrics(metric('h', 9, by.bytes(1, histogramPoint(counts, bounds)), by.number(2, 1))),
    );
    expect(validation.rejections).toMatchObject([{ reason: 'bucket-mismatch', count: 1 }]);
  });

  test('splices exactly the rejected spans out, whatever surrounds them', () => {
    const spanList = fc.array(fc.record({ good: fc.boolean(), name: fc.string({ maxLength: 200 }) }), {
      maxLength: 8,
    });
    const tree = fc.array(fc.array(spanList, { maxLength: 4 }), { maxLength: 4 });
    const build = (resources: { good: boolean; name: string }[][][], keep: (good: boolean) => boolean) =>
      by.concat(
        ...resources.map((scopes, i) =>
          by.message(
            1,
            resource(`service-${i}`),
            ...scopes.map((spans) =>
              by.message(
                2,
                scope(),
                ...spans
                  .filter(({ good }) => keep(good))
                  .map(({ good, name }) =>
                    by.bytes(2, span({ name, ...(good ? {} : { traceId: Buffer.alloc(16) }) })),
                  ),
                by.text(3, 'after'),
              ),
            ),
            by.text(900, 'unknown'),
          ),
        ),
      );
    fc.assert(
      fc.property(tree, (resources) => {
        const spans = resources.flat(2);
        const validation = validate(
          'traces',
          build(resources, () => true),
        );
        expect(validation.records).toBe(spans.length);
        expect(validation.accepted).toBe(spans.filter(({ good }) => good).length);
        expect(Buffer.from(validation.bytes)).toEqual(build(resources, (good) => good));
        expect(validate('traces', validation.bytes).rejected).toBe(0);
      }),
    );
  });
});

describe('validateRequest() on structural faults', () => {
  const good = by.bytes(2, span());
  const FAULTS: Record<string, [Buffer, RegExp, string]> = {
    'text that is not UTF-8': [
      traces(span({ extra: by.bytes(5, Buffer.from([0x61, 0xc3, 0x28])) })),
      /not UTF-8/,
      'resource_spans[0].scope_spans[0].spans[0].name',
    ],
    'a surrogate in text': [
      traces(span({ extra: by.bytes(3, Buffer.from([0xed, 0xa0, 0x80])) })),
      /not UTF-8/,
      'resource_spans[0].scope_spans[0].spans[0].trace_state',
    ],
    'a key that is not UTF-8': [
      traces(span({ extra: by.message(9, by.bytes(1, Buffer.from([0xff]))) })),
      /not UTF-8/,
      'resource_spans[0].scope_spans[0].spans[0].attributes[2].key',
    ],
    'a name as a number': [
      traces(span({ extra: by.number(5, 1) })),
      /wire type 0/,
      'resource_spans[0].scope_spans[0].spans[0].name',
    ],
    'a start as text': [
      traces(span({ extra: by.text(7, 'now') })),
      /wire type 2/,
      'resource_spans[0].scope_spans[0].spans[0].start_time_unix_nano',
    ],
    'a truncated start': [
      by.message(1, by.message(2, good, by.message(2, by.tag(7, 1), Buffer.alloc(7)))),
      /truncated/,
      'resource_spans[0].scope_spans[0].spans[1].start_time_unix_nano',
    ],
    'spans as a number': [
      by.message(1, by.message(2, by.number(2, 1))),
      /wire type 0/,
      'resource_spans[0].scope_spans[0].spans[0]',
    ],
    'a length past its message': [
      by.message(1, by.message(2, by.tag(2, 2), by.varint(50))),
      /past the end/,
      'resource_spans[0].scope_spans[0].spans[0]',
    ],
    'wire type 7': [Buffer.from([0x0f]), /wire type 7/, 'resource_spans[0]'],
    'plain text': [Buffer.from('hello, world'), /./, '13'],
    'a group that starts like JSON': [
      by.concat(traces(span()), by.tag(15, 3), by.tag(15, 4)),
      /would read as JSON/,
      '15',
    ],
  };
  test.each(Object.entries(FAULTS))('line 21: refuses %s and says where', (_, [bytes, reason, path]) => {
    const error = fault('traces', bytes);
    expect(error.reason).toMatch(reason);
    expect(error.path).toBe(path);
    expect(error.code).toBe('malformed-request');
  });

  test('line 21: refuses packed buckets that end in the middle of one', () => {
    const point = by.concat(by.fixed64(3, NOW_NANOS), by.bytes(6, Buffer.alloc(9)));
    expect(fault('metrics', metrics(metric('h', 9, by.bytes(1, point)))).path).toBe(
      'resource_metrics[0].scope_metrics[0].metrics[0].histogram.data_points[0].bucket_counts[0]',
    );
  });

  test('takes values nested 20 deep and refuses 100', () => {
    const nested = (depth: number): Buffer =>
      depth === 0 ? by.text(1, 'x') : by.message(5, by.bytes(1, nested(depth - 1)));
    expect(validate('traces', traces(span({ extra: attribute(9, 'k', nested(20)) }))).accepted).toBe(1);
    expect(fault('traces', traces(span({ extra: attribute(9, 'k', nested(100)) }))).reason).toMatch(
      /deeper than 64/,
    );
  });

  test.each(SIGNALS)('refuses %s truncated at any byte inside a record', (signal) => {
    const bytes = GOOD[signal];
    for (let length = 1; length < bytes.length; length++) {
      expect(() => validate(signal, bytes.subarray(0, length)), `at ${length}`).toThrow(
        MalformedRequestError,
      );
    }
  });

  test.each(SIGNALS)(
    'fails on damaged %s only with MalformedRequestError, and counts stay consistent',
    (signal) => {
      const positions = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      });
      fc.assert(
        fc.property(positions, (changes) => {
          const bytes = Buffer.from(GOOD[signal]);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            const { records, accepted, rejected } = validate(signal, bytes);
            expect(accepted + rejected).toBe(records);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedRequestError);
          }
        }),
        { numRuns: 2000 },
      );
    },
  );

  test('fails on random bytes only with MalformedRequestError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...SIGNALS), (bytes, signal) => {
        try {
          validate(signal, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRequestError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('reads a request that lies inside a larger buffer', () => {
    const around = Buffer.concat([Buffer.alloc(7, 0xff), GOOD.traces, Buffer.alloc(9, 0xff)]);
    expect(validate('traces', around.subarray(7, 7 + GOOD.traces.length)).accepted).toBe(1);
  });
});
