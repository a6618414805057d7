import { describe, expect, test } from 'vitest';
import { encodeExportResponse } from '../../../otlp/response/encode-export-response.ts';
import { encodeStatus } from '../../../otlp/response/encode-status.ts';
import { partialSuccessMessage } from '../../../otlp/response/partial-success-message.ts';
import { validateRequest } from '../../../otlp/validate/validate-request.ts';
import { SIGNALS } from '../../../schemas/names.ts';
import * as by from '../support/encode.ts';
import { attribute, NOW_MILLIS, NOW_NANOS, RANGE, span, stringValue, traces } from '../support/payloads.ts';

const FIELD = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' } as const;
const parse = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

describe('encodeExportResponse()', () => {
  test.each(SIGNALS)('line 12: leaves partial_success of %s unset on full success', (signal) => {
    const full = { rejected: 0, message: '' };
    expect(encodeExportResponse(signal, full, 'protobuf').length).toBe(0);
    expect(parse(encodeExportResponse(signal, full, 'json'))).toEqual({});
  });

  test.each(SIGNALS)('line 13: counts what was rejected of %s, a 64-bit integer', (signal) => {
    const partial = { rejected: 300, message: 'why' };
    const expected = by.message(1, by.number(1, 300), by.text(2, 'why'));
    expect(Buffer.from(encodeExportResponse(signal, partial, 'protobuf'))).toEqual(expected);
    expect(parse(encodeExportResponse(signal, partial, 'json'))).toEqual({
      partialSuccess: { [FIELD[signal]]: '300', errorMessage: 'why' },
    });
  });

  test('line 14: a message without a count is a warning', () => {
    const warning = { rejected: 0, message: 'take care' };
    expect(Buffer.from(encodeExportResponse('logs', warning, 'protobuf'))).toEqual(
      by.message(1, by.text(2, 'take care')),
    );
    expect(parse(encodeExportResponse('logs', warning, 'json'))).toEqual({
      partialSuccess: { errorMessage: 'take care' },
    });
  });

  test('line 11: shortens a long message', () => {
    const partial = { rejected: 1, message: 'x'.repeat(10_000_000) };
    expect(encodeExportResponse('traces', partial, 'protobuf').length).toBeLessThan(5000);
    expect(encodeExportResponse('traces', partial, 'json').length).toBeLessThan(5000);
  });
});

describe('encodeStatus()', () => {
  const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';
  const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

  test('line 20: writes code and message, and no details without cause', () => {
    expect(Buffer.from(encodeStatus({ code: 8, message: 'much' }, 'protobuf'))).toEqual(
      by.concat(by.number(1, 8), by.text(2, 'much')),
    );
    expect(parse(encodeStatus({ code: 8, message: 'much' }, 'json'))).toEqual({ code: 8, message: 'much' });
  });

  test('lines 18 and 20: names bad fields in a BadRequest', () => {
    const status = { code: 3, message: 'bad', fieldViolations: [{ field: 'a.b', description: 'is wrong' }] };
    const detail = by.concat(
      by.text(1, BAD_REQUEST),
      by.message(2, by.message(1, by.text(1, 'a.b'), by.text(2, 'is wrong'))),
    );
    expect(Buffer.from(encodeStatus(status, 'protobuf'))).toEqual(
      by.concat(by.number(1, 3), by.text(2, 'bad'), by.bytes(3, detail)),
    );
    expect(parse(encodeStatus(status, 'json')).details).toEqual([
      { '@type': BAD_REQUEST, fieldViolations: [{ field: 'a.b', description: 'is wrong' }] },
    ]);
  });

  test('line 17: says in a RetryInfo when to come back', () => {
    const status = { code: 14, message: 'busy', retryDelaySeconds: 1.5 };
    const duration = by.message(1, by.number(1, 1), by.number(2, 500_000_000));
    const detail = by.concat(by.text(1, RETRY_INFO), by.bytes(2, duration));
    expect(Buffer.from(encodeStatus(status, 'protobuf'))).toEqual(
      by.concat(by.number(1, 14), by.text(2, 'busy'), by.bytes(3, detail)),
    );
    expect(parse(encodeStatus(status, 'json')).details).toEqual([
      { '@type': RETRY_INFO, retryDelay: '1.5s' },
    ]);
  });
});

describe('partialSuccessMessage()', () => {
  test('is empty when nothing was rejected', () => {
    expect(partialSuccessMessage('traces', validateRequest('traces', traces(span()), RANGE))).toBe('');
  });

  test('line 13: says how many, which field and why', () => {
    const bad = [span({ spanId: Buffer.alloc(8) }), span({ start: 1n }), span({ start: 2n }), span()];
    expect(partialSuccessMessage('traces', validateRequest('traces', traces(...bad), RANGE))).toBe(
      '3 of 4 spans rejected: span_id is not 8 bytes or all zero (1, first at resource_spans[0].scope_spans[0].spans[0].span_id); ' +
        'time is before the retention period (2, first at resource_spans[0].scope_spans[0].spans[1].start_time_unix_nano)',
    );
  });

  test('line 14: says what was changed, with the limit, when nothing was rejected', () => {
    const long = span({ extra: attribute(9, 'k', stringValue('x'.repeat(200))) });
    const policy = {
      ...RANGE,
      maxValueBytes: 130,
      overLongValues: 'truncate',
      clampMillis: NOW_MILLIS,
    } as const;
    const body = traces(long, span({ start: 1n }));
    expect(partialSuccessMessage('traces', validateRequest('traces', body, policy), policy)).toBe(
      'taken with changes: values were cut to 130 bytes (maxValueKib) (1, first at resource_spans[0].scope_spans[0].spans[0].attributes[2].value.string_value); ' +
        'times before the retention period, missing or more than 24 hours ahead were moved into range (2, first at resource_spans[0].scope_spans[0].spans[1].start_time_unix_nano)',
    );
  });

  test('line 13: says both, rejections first, and names limits', () => {
    const many = span({ extra: by.concat(...[1, 2, 3].map((i) => attribute(9, `${i}`, by.number(2, i)))) });
    const policy = { ...RANGE, maxAttributes: 4, clampMillis: NOW_MILLIS };
    const body = traces(many, span({ end: NOW_NANOS * 2n }));
    expect(partialSuccessMessage('traces', validateRequest('traces', body, policy), policy)).toBe(
      '1 of 2 spans rejected: attributes are more than 4 (maxAttributes) (1, first at resource_spans[0].scope_spans[0].spans[0].attributes[4]). ' +
        'taken with changes: times before the retention period, missing or more than 24 hours ahead were moved into range (1, first at resource_spans[0].scope_spans[0].spans[1].end_time_unix_nano)',
    );
  });
});
