/** Attributes of the usual form are known at a glance, all others are walked through: the verdict must be one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedRequestError } from '../../../otlp/errors.ts';
import { isUsualAttribute } from '../../../otlp/validate/usual-attribute.ts';
import { validateRequest } from '../../../otlp/validate/validate-request.ts';
import * as by from '../support/encode.ts';
import { NOW_NANOS, RANGE, resource, SPAN_ID, TRACE_ID } from '../support/payloads.ts';

/** A field OTLP does not know: what begins with it has the same meaning, and is never of the usual form. */
const UNKNOWN = by.number(15, 0);
const POLICY = { ...RANGE, maxAttributes: 3, maxValueBytes: 130 };

/** Where an attribute may be; each makes a request of the fields of one `KeyValue`. */
const PLACES: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  'a resource': (content) => request({ resource: by.message(1, by.bytes(1, content)) }),
  'a scope': (content) => request({ scope: by.message(1, by.bytes(3, content)) }),
  'a span': (content) => request({ span: by.bytes(9, content) }),
  'an event': (content) => request({ span: by.message(11, by.bytes(3, content)) }),
  'a link': (content) => request({ span: by.message(13, by.bytes(4, content)) }),
  'a list': (content) => request({ span: nested(content, 0) }),
};

interface Parts {
  readonly resource?: Buffer;
  readonly scope?: Buffer;
  readonly span?: Buffer;
}

/** The scope's text makes lengths around the span take as many bytes, whatever its attribute is. */
function request(parts: Parts): Buffer {
  const ids = by.concat(by.bytes(1, TRACE_ID), by.bytes(2, SPAN_ID), by.fixed64(7, NOW_NANOS));
  const name = by.text(5, 'x'.repeat(200));
  const span = by.concat(ids, name, parts.span ?? by.concat());
  const scope = parts.scope ?? by.concat();
  return by.message(
    1,
    parts.resource ?? resource(),
    by.message(2, scope, by.text(3, 'x'.repeat(200)), by.bytes(2, span)),
  );
}

/** The attribute in a list within so many arrays within an attribute of the span. */
function nested(content: Buffer, arrays: number): Buffer {
  let value: Buffer = by.message(6, by.bytes(1, content));
  for (let count = 0; count < arrays; count++) value = by.message(5, by.bytes(1, value));
  return by.message(9, by.text(1, 'nested'), by.bytes(2, value));
}

/** What is said of a request, but for what the length of it decides. */
function verdictOn(body: Buffer): object {
  try {
    const { bytes, pieces, storedBytes, ...told } = validateRequest('traces', body, POLICY);
    return { ...told, isWhole: bytes === body, beyondBytes: storedBytes - body.length };
  } catch (error) {
    if (!(error instanceof MalformedRequestError)) throw error;
    return { reason: error.reason, path: error.path };
  }
}

const isUsual = (content: Buffer) => isUsualAttribute(content, viewOf(content), 0, content.length);

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

const texts = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', 'x'.repeat(127), 'x'.repeat(128), 'x'.repeat(131)),
);
const values = fc.oneof(
  texts.map((value) => by.text(1, value)),
  fc.boolean().map((value) => by.number(2, Number(value))),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => by.number(3, value)),
  fc.double().map((value) => by.double(4, value)),
  // As long as varints may be, longer than they need to be, and too long.
  fc.nat(12).map((more) => by.concat(by.tag(3, 0), Buffer.alloc(more, 0x80), Buffer.from([1]))),
  fc.uint8Array({ maxLength: 10 }).map((value) => by.bytes(7, value)),
  fc.constant(by.concat()),
);
const attributes = fc
  .tuple(texts, values)
  .map(([key, value]) => by.concat(by.text(1, key), by.bytes(2, value)));
/** Bytes set anew, most of them to one that means something here, and how many bytes are left at the end. */
const damages = fc.record({
  bytes: fc.array(
    fc.tuple(
      fc.nat(),
      fc.oneof(
        fc.constantFrom(0, 1, 2, 9, 0x0a, 0x10, 0x12, 0x18, 0x21, 0x22, 0x7f, 0x80, 0xff),
        fc.nat(255),
      ),
    ),
    { maxLength: 3 },
  ),
  cut: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(4)),
});
const damaged = fc.tuple(attributes, damages).map(([whole, { bytes, cut }]) => {
  const copy = Buffer.from(whole);
  for (const [at, value] of bytes) copy[at % copy.length] = value;
  return copy.subarray(0, Math.max(0, copy.length - cut));
});
const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const contents = fc.oneof({ weight: 2, arbitrary: attributes }, { weight: 6, arbitrary: damaged }, noise);

describe('validateRequest() on an attribute', () => {
  test.each(Object.entries(PLACES))(
    'says the same of it in %s whether it is known at a glance or walked through',
    (_, place) => {
      const seen = { usual: 0, walked: 0, malformed: 0 };
      fc.assert(
        fc.property(contents, (content) => {
          const fast = verdictOn(place(content));
          expect(fast).toEqual(verdictOn(place(by.concat(UNKNOWN, content))));
          if ('reason' in fast) seen.malformed++;
          else seen[isUsual(content) ? 'usual' : 'walked']++;
        }),
        { numRuns: 3000 },
      );
      // Each kind was met, so that none of them is agreed on without a try.
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
    },
  );

  test('says the same of one that is nested as deep as may be, and deeper', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(contents, fc.integer({ min: 24, max: 29 }), (content, arrays) => {
        const fast = verdictOn(request({ span: nested(content, arrays) }));
        expect(fast).toEqual(verdictOn(request({ span: nested(by.concat(UNKNOWN, content), arrays) })));
        if (isUsual(content)) seen.add('reason' in fast);
      }),
      { numRuns: 3000 },
    );
    expect(seen).toEqual(new Set([true, false]));
  });

  test('never takes the form with an unknown field for the usual one', () => {
    const isNever = (content: Buffer) => !isUsual(by.concat(UNKNOWN, content));
    expect(fc.check(fc.property(contents, isNever)).failed).toBe(false);
  });
});
