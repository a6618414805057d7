import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedRequestError, RequestTooLargeError } from '../../../otlp/errors.ts';
import { jsonToProtobuf } from '../../../otlp/json/json-to-protobuf.ts';
import { validateRequest } from '../../../otlp/validate/validate-request.ts';
import type { Signal } from '../../../schemas/names.ts';
import {
  jsonName,
  OTLP_MESSAGES,
  type OtlpField,
  type OtlpMessageName,
  REQUEST_MESSAGE,
} from '../../../schemas/otlp.ts';
import { decode } from '../support/decode.ts';
import * as by from '../support/encode.ts';

const ofSpan = (fields: string) => `{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields}}]}]}]}`;
const ofPoint = (kind: string, fields: string) =>
  `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"${kind}":{"dataPoints":[{${fields}}]}}]}]}]}`;
const spanBytes = (...fields: Buffer[]) => by.message(1, by.message(2, by.message(2, ...fields)));
const valueJson = (value: string) => ofSpan(`"attributes":[{"key":"k","value":${value}}]`);
const valueBytes = (...fields: Buffer[]) =>
  spanBytes(by.message(9, by.text(1, 'k'), by.message(2, ...fields)));

function translate(text: string | Uint8Array, signal: Signal = 'traces'): Buffer {
  return Buffer.from(jsonToProtobuf(signal, text));
}

function fault(text: string | Uint8Array, signal: Signal = 'traces'): MalformedRequestError {
  try {
    jsonToProtobuf(signal, text);
  } catch (error) {
    if (error instanceof MalformedRequestError) return error;
    throw error;
  }
  throw new Error('was taken');
}

describe('jsonToProtobuf()', () => {
  const ID = Buffer.from('5b8efff798038103', 'hex');
  const TAKEN: Record<string, [string, Buffer]> = {
    'line 25: ids in lower case': [ofSpan('"spanId":"5b8efff798038103"'), spanBytes(by.bytes(2, ID))],
    'line 25: ids in upper and mixed case': [
      ofSpan(
        '"spanId":"5B8EFFF798038103","parentSpanId":"5b8EfFF798038103","links":[{"spanId":"5B8EFFF798038103"}]',
      ),
      spanBytes(by.bytes(2, ID), by.bytes(4, ID), by.message(13, by.bytes(2, ID))),
    ],
    'line 25: an empty id': [ofSpan('"spanId":""'), spanBytes(by.bytes(2, Buffer.alloc(0)))],
    'line 26: enums as integers': [
      ofSpan('"kind":2,"status":{"code":1}'),
      spanBytes(by.number(6, 2), by.message(15, by.number(3, 1))),
    ],
    'line 27: snake_case names as unknown ones': [
      ofSpan('"trace_state":"x","start_time_unix_nano":"1"'),
      spanBytes(),
    ],
    'line 28: unknown fields of any shape': [
      ofSpan('"x":{"y":[1,{"z":null},"\\u0041",true,-1.5e3]},"name":"n","w":[]'),
      spanBytes(by.text(5, 'n')),
    ],
    'line 29: 64-bit integers as strings': [
      ofSpan('"startTimeUnixNano":"1544712660300000001","endTimeUnixNano":"18446744073709551615"'),
      spanBytes(by.fixed64(7, 1544712660300000001n), by.fixed64(8, 2n ** 64n - 1n)),
    ],
    'line 29: 64-bit integers as bare numbers, exactly': [
      ofSpan('"startTimeUnixNano":1544712660300000001,"endTimeUnixNano":9007199254740993'),
      spanBytes(by.fixed64(7, 1544712660300000001n), by.fixed64(8, 9007199254740993n)),
    ],
    'line 29: the extremes of intValue': [
      valueJson(
        '{"arrayValue":{"values":[{"intValue":"-9223372036854775808"},{"intValue":9223372036854775807},{"intValue":-1}]}}',
      ),
      valueBytes(
        by.message(
          5,
          by.message(1, by.number(3, -(2n ** 63n))),
          by.message(1, by.number(3, 2n ** 63n - 1n)),
          by.message(1, by.number(3, -1)),
        ),
      ),
    ],
    'line 30: bytes as base64': [
      valueJson('{"bytesValue":"+/8="}'),
      valueBytes(by.bytes(7, Buffer.from([0xfb, 0xff]))),
    ],
    'line 30: bytes as URL-safe base64 without padding': [
      valueJson('{"bytesValue":"-_8"}'),
      valueBytes(by.bytes(7, Buffer.from([0xfb, 0xff]))),
    ],
    'line 31: doubles as numbers, strings and names': [
      valueJson(
        '{"arrayValue":{"values":[{"doubleValue":1.5e-3},{"doubleValue":"2.5"},{"doubleValue":"NaN"},{"doubleValue":"-Infinity"},{"doubleValue":-0}]}}',
      ),
      valueBytes(
        by.message(
          5,
          ...[1.5e-3, 2.5, Number.NaN, Number.NEGATIVE_INFINITY, -0].map((v) =>
            by.message(1, by.double(4, v)),
          ),
        ),
      ),
    ],
    'line 32: null as default, for values, messages, lists and elements': [
      ofSpan('"name":null,"status":null,"attributes":null,"events":[null],"kind":null'),
      spanBytes(by.message(11)),
    ],
    'line 32: an empty AnyValue': [valueJson('{}'), valueBytes()],
    'line 32: zeros of fields that have presence': [
      valueJson(
        '{"arrayValue":{"values":[{"intValue":0},{"boolValue":false},{"stringValue":""},{"doubleValue":0}]}}',
      ),
      valueBytes(
        by.message(
          5,
          by.message(1, by.number(3, 0)),
          by.message(1, by.number(2, 0)),
          by.message(1, by.text(1, '')),
          by.message(1, by.double(4, 0)),
        ),
      ),
    ],
    'line 33: white space, escapes and text beyond ASCII': [
      `\n ${ofSpan(' "na\\u006de" :\t"caf\u00e9 \\"\\u00e9\\ud83d\\ude00\\n \u{1F600}" ')} \r\n`,
      spanBytes(by.text(5, 'café "é😀\n 😀')),
    ],
    'line 33: a lone surrogate, which becomes U+FFFD': [
      ofSpan('"name":"cut \\ud83d"'),
      spanBytes(by.text(5, 'cut \ufffd')),
    ],
    'line 35: dictionary indices': [
      ofSpan('"attributes":[{"keyStrindex":3,"value":{"stringValueStrindex":-1}}]'),
      spanBytes(by.message(9, by.number(3, 3), by.message(2, by.number(8, -1)))),
    ],
    'an empty request': ['{}', by.concat()],
    '__proto__ as an unknown field': ['{"__proto__":{"resourceSpans":[{}]}}', by.concat()],
  };
  test.each(Object.entries(TAKEN))('takes %s', (_, [text, bytes]) => {
    expect(translate(text)).toEqual(bytes);
    expect(translate(Buffer.from(text))).toEqual(bytes);
  });

  test('line 29: takes integers with an exponent or an empty fraction, exactly', () => {
    const text = ofSpan(
      '"startTimeUnixNano":1.544712660300000001e18,"endTimeUnixNano":"2.50e1","droppedEventsCount":1.0',
    );
    const expected = [by.fixed64(7, 1544712660300000001n), by.fixed64(8, 25), by.number(12, 1)];
    expect(translate(text)).toEqual(spanBytes(...expected));
  });

  test('lines 29 and 31: packs buckets, bounds and exponential counts', () => {
    const histogram = translate(
      ofPoint(
        'histogram',
        '"bucketCounts":["1",2,"18446744073709551615"],"explicitBounds":[0.5,"Infinity"],"sum":0',
      ),
      'metrics',
    );
    const point = by.message(
      1,
      by.bytes(6, by.concat(by.fixed64Payload(1), by.fixed64Payload(2), by.fixed64Payload(2n ** 64n - 1n))),
      by.bytes(7, by.concat(by.doublePayload(0.5), by.doublePayload(Number.POSITIVE_INFINITY))),
      by.double(5, 0),
    );
    expect(histogram).toEqual(by.message(1, by.message(2, by.message(2, by.message(9, point)))));
    const exponential = translate(
      ofPoint(
        'exponentialHistogram',
        '"scale":-3,"zeroCount":"4","positive":{"offset":-2,"bucketCounts":["300",1]}',
      ),
      'metrics',
    );
    const expected = by.message(
      1,
      by.number(6, 5),
      by.fixed64(7, 4),
      by.message(8, by.number(1, 3), by.bytes(2, by.concat(by.varint(300), by.varint(1)))),
    );
    expect(exponential).toEqual(by.message(1, by.message(2, by.message(2, by.message(10, expected)))));
  });

  const SPAN = '$.resourceSpans[0].scopeSpans[0].spans[0]';
  const VALUE = `${SPAN}.attributes[0].value`;
  const REFUSED: Record<string, [string | Buffer, string, RegExp]> = {
    'line 25: an id that is not hexadecimal': [
      ofSpan('"traceId":"W47/95gDgQPSabYzgT/GDA=="'),
      `${SPAN}.traceId`,
      /hexadecimal/,
    ],
    'line 25: an id of odd length': [ofSpan('"spanId":"abc"'), `${SPAN}.spanId`, /hexadecimal/],
    'line 26: an enum by name': [ofSpan('"kind":"SPAN_KIND_SERVER"'), `${SPAN}.kind`, /not a name/],
    'line 26: an enum in quotes': [ofSpan('"status":{"code":"2"}'), `${SPAN}.status.code`, /not a name/],
    'line 29: an integer beyond 64 bits': [
      ofSpan('"startTimeUnixNano":"18446744073709551616"'),
      `${SPAN}.startTimeUnixNano`,
      /fits fixed64/,
    ],
    'line 29: a negative time': [
      ofSpan('"startTimeUnixNano":"-1"'),
      `${SPAN}.startTimeUnixNano`,
      /fits fixed64/,
    ],
    'line 29: a fraction': [valueJson('{"intValue":"1.5"}'), `${VALUE}.intValue`, /fits int64/],
    'line 29: an int64 beyond its range': [
      valueJson('{"intValue":"9223372036854775808"}'),
      `${VALUE}.intValue`,
      /fits int64/,
    ],
    'line 29: an empty integer': [valueJson('{"intValue":""}'), `${VALUE}.intValue`, /fits int64/],
    'line 29: a uint32 beyond its range': [ofSpan('"flags":4294967296'), `${SPAN}.flags`, /fits fixed32/],
    'line 30: bytes that are not base64': [
      valueJson('{"bytesValue":"a*b"}'),
      `${VALUE}.bytesValue`,
      /base64/,
    ],
    'line 30: base64 of impossible length': [
      valueJson('{"bytesValue":"abcde"}'),
      `${VALUE}.bytesValue`,
      /base64/,
    ],
    'line 31: a double beyond the range': [
      valueJson('{"doubleValue":1e999}'),
      `${VALUE}.doubleValue`,
      /double/,
    ],
    'line 31: another name for infinity': [
      valueJson('{"doubleValue":"inf"}'),
      `${VALUE}.doubleValue`,
      /double/,
    ],
    'line 31: a name that every object has': [
      valueJson('{"doubleValue":"__proto__"}'),
      `${VALUE}.doubleValue`,
      /double/,
    ],
    'line 33: bytes that are not UTF-8': [
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]),
      '$',
      /UTF-8/,
    ],
    'a list where an object belongs': ['[]', '$', /object/],
    'an object where a list belongs': ['{"resourceSpans":{}}', '$.resourceSpans', /array/],
    'a number as text': [ofSpan('"name":1'), `${SPAN}.name`, /text/],
    'text as a flag': [valueJson('{"boolValue":"true"}'), `${VALUE}.boolValue`, /true or false/],
    'a truncated request': ['{"resourceSpans":[{', '$.resourceSpans[0]', /expected/],
    'an unclosed text': ['{"resourceSpans', '$', /closing quote/],
    'a trailing comma': ['{"resourceSpans":[{},]}', '$.resourceSpans[1]', /object/],
    'two values': ['{} {}', '$', /after the end/],
    'a bad escape': [ofSpan('"name":"\\x"'), `${SPAN}.name`, /escape/],
    'a bad escape in a name inside an unknown field': ['{"x":{"\\q":1}}', '$', /escape/],
    'a control character in text': [ofSpan('"name":"a\nb"'), `${SPAN}.name`, /control/],
    'a leading zero': [ofSpan('"kind":01'), SPAN, /expected/],
    nothing: ['', '$', /object/],
    'a wrong literal': ['{"x":nul}', '$', /value/],
    'known values nested 100 deep': [
      valueJson(`${'{"arrayValue":{"values":['.repeat(100)}{}${']}}'.repeat(100)}`),
      `${VALUE}${'.arrayValue.values[0]'.repeat(29)}.arrayValue`,
      /deeper/,
    ],
    'unknown values nested 100 deep': [`{"x":${'['.repeat(100)}${']'.repeat(100)}}`, '$', /deeper/],
  };
  test.each(Object.entries(REFUSED))('refuses %s and says where', (_, [text, path, reason]) => {
    const error = fault(text);
    expect(error.reason).toMatch(reason);
    expect(error.path).toBe(path);
  });

  test('refuses a request that becomes larger than the limit', () => {
    const text = ofPoint('histogram', `"bucketCounts":[${Array(1000).fill(1).join(',')}]`);
    expect(() => jsonToProtobuf('metrics', text, { maxBytes: 4000 })).toThrow(RequestTooLargeError);
    expect(jsonToProtobuf('metrics', text, { maxBytes: 9000 }).length).toBeGreaterThan(8000);
  });

  test('line 36: leaves ids of wrong length to the validation, record by record', () => {
    const bytes = translate(ofSpan('"traceId":"","spanId":"00","startTimeUnixNano":"1"'));
    const { rejections } = validateRequest('traces', bytes, { earliestMillis: 0, latestMillis: 1e15 });
    expect(rejections).toMatchObject([{ reason: 'invalid-trace-id', count: 1 }]);
  });
});

/** A value of a field in both forms; JSON in one of the spellings the rules allow. */
interface Twin {
  readonly json: string;
  readonly payload: Buffer;
}

const quotedOrBare = (value: bigint | number) => fc.constantFrom(String(value), `"${value}"`);
const integers = (min: bigint, max: bigint, payload: (value: bigint) => Buffer): fc.Arbitrary<Twin> =>
  fc
    .bigInt({ min, max })
    .chain((value) => quotedOrBare(value).map((json) => ({ json, payload: payload(value) })));
const sized = (payload: Uint8Array) => by.concat(by.varint(payload.length), payload);
const le32 = (value: bigint) => by.fixed64Payload(value).subarray(0, 4);

function scalarTwin(type: string): fc.Arbitrary<Twin> {
  switch (type) {
    case 'string':
      return fc
        .string({ unit: 'binary', maxLength: 40 })
        .map((value) => ({ json: JSON.stringify(value), payload: sized(Buffer.from(value)) }));
    case 'id':
      return fc.tuple(fc.uint8Array({ maxLength: 16 }), fc.boolean()).map(([value, upper]) => {
        const hex = Buffer.from(value).toString('hex');
        return { json: `"${upper ? hex.toUpperCase() : hex}"`, payload: sized(value) };
      });
    case 'bytes':
      return fc
        .tuple(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('base64' as const, 'base64url' as const))
        .map(([value, form]) => ({
          json: `"${Buffer.from(value).toString(form)}"`,
          payload: sized(value),
        }));
    case 'bool':
      return fc.boolean().map((value) => ({ json: String(value), payload: by.varint(value ? 1 : 0) }));
    case 'enum':
      return fc.nat(30).map((value) => ({ json: String(value), payload: by.varint(value) }));
    case 'double':
      return fc.double().map((value) => ({
        json: Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : `"${value}"`,
        payload: by.doublePayload(value),
      }));
    case 'fixed32':
      return integers(0n, 2n ** 32n - 1n, le32);
    case 'uint32':
      return integers(0n, 2n ** 32n - 1n, by.varint);
    case 'int32':
      return integers(-(2n ** 31n), 2n ** 31n - 1n, by.varint);
    case 'sint32':
      return integers(-(2n ** 31n), 2n ** 31n - 1n, (value) =>
        by.varint(value >= 0n ? value * 2n : -value * 2n - 1n),
      );
    case 'int64':
      return integers(-(2n ** 63n), 2n ** 63n - 1n, by.varint);
    case 'uint64':
      return integers(0n, 2n ** 64n - 1n, by.varint);
    case 'sfixed64':
      return integers(-(2n ** 63n), 2n ** 63n - 1n, by.fixed64Payload);
    default:
      return integers(0n, 2n ** 64n - 1n, by.fixed64Payload);
  }
}

const WIRE: Record<string, number> = {
  string: 2,
  bytes: 2,
  id: 2,
  double: 1,
  fixed64: 1,
  sfixed64: 1,
  fixed32: 5,
};

function fieldTwin(field: OtlpField, depth: number): fc.Arbitrary<Twin> {
  const { type } = field;
  const one =
    typeof type === 'object'
      ? messageTwin(type.message, depth - 1).map(({ json, payload }) => ({ json, payload: sized(payload) }))
      : scalarTwin(type);
  const wireType = typeof type === 'object' ? 2 : (WIRE[type] ?? 0);
  const key = JSON.stringify(jsonName(field.name));
  if (!field.repeated)
    return one.map(({ json, payload }) => ({
      json: `${key}:${json}`,
      payload: by.concat(by.tag(field.number, wireType), payload),
    }));
  return fc.array(one, { maxLength: 3 }).map((list) => {
    const payloads = list.map(({ payload }) => payload);
    const payload =
      wireType === 2
        ? by.concat(...payloads.map((each) => by.concat(by.tag(field.number, 2), each)))
        : by.bytes(field.number, by.concat(...payloads));
    return { json: `${key}:[${list.map(({ json }) => json).join(' , ')}]`, payload };
  });
}

const NOISE: readonly Twin[] = ['"unknown":{"a":[1,"]"]}', '"name_":null', '"attributes":null'].map(
  (json) => ({ json, payload: Buffer.alloc(0) }),
);

function messageTwin(name: OtlpMessageName, depth: number): fc.Arbitrary<Twin> {
  const fields = OTLP_MESSAGES[name].filter(({ type }) => depth > 0 || typeof type !== 'object');
  const noise = fc.subarray([...NOISE]);
  const chosen = fc
    .subarray([...fields])
    .chain((list) => fc.tuple(...list.map((field) => fieldTwin(field, depth))));
  return fc.tuple(chosen, noise).chain(([twins, extra]) =>
    fc.shuffledSubarray([...twins, ...extra], { minLength: twins.length + extra.length }).map((list) => ({
      json: `{${list.map(({ json }) => json).join(',')}}`,
      payload: by.concat(...list.map(({ payload }) => payload)),
    })),
  );
}

describe('jsonToProtobuf() against an independent encoder', () => {
  test.each(['traces', 'metrics', 'logs'] as const)('writes the same bytes for any %s', (signal) => {
    fc.assert(
      fc.property(messageTwin(REQUEST_MESSAGE[signal], 6), ({ json, payload }) => {
        expect(translate(json, signal)).toEqual(payload);
        decode(REQUEST_MESSAGE[signal], payload);
      }),
      { numRuns: 150 },
    );
  });

  test('fails on damaged text only with MalformedRequestError', () => {
    const text = Buffer.from(
      ofSpan('"name":"n\\u0041","kind":2,"startTimeUnixNano":"15447126603","x":[1.5e3,null,true]'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const damaged = Buffer.from(text);
          for (const [at, value] of changes) damaged[at % damaged.length] = value;
          try {
            jsonToProtobuf('traces', damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedRequestError);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('refuses text truncated at any byte', () => {
    const text = ofSpan('"name":"n","kind":2,"startTimeUnixNano":"15447126603","x":[1.5e3,null,true]');
    for (let length = 0; length < text.length; length++) {
      expect(() => jsonToProtobuf('traces', text.slice(0, length)), `at ${length}`).toThrow(
        MalformedRequestError,
      );
    }
  });
});
