import { describe, expect, test } from 'vitest';
import { describeRequest } from '../../../ingest/dead-letters/describe-request.ts';
import * as by from '../../otlp/support/encode.ts';
import {
  attribute,
  NOW_NANOS,
  resource,
  SPAN_ID,
  scope,
  stringValue,
  TRACE_ID,
} from '../../otlp/support/payloads.ts';

const SPAN = by.message(
  2,
  by.bytes(1, TRACE_ID),
  by.bytes(2, SPAN_ID),
  by.text(5, 'GET "x"'),
  by.number(6, 2),
  by.fixed64(7, NOW_NANOS),
  attribute(9, 'count', by.number(3, -5)),
  attribute(9, 'list', by.message(5, by.message(1, stringValue('a')))),
  by.number(99, 300),
);

describe('describeRequest()', () => {
  test('names the fields, as nested as they are', () => {
    const bytes = by.message(1, resource('shop'), by.message(2, scope('lib'), SPAN));
    expect(describeRequest('traces', bytes)).toEqual([
      'resource_spans {',
      '  resource {',
      '    attributes: "service.name" = "shop"',
      '  }',
      '  scope_spans {',
      '    scope {',
      '      name: "lib"',
      '      version: "1.0.0"',
      '    }',
      '    spans {',
      '      trace_id: 5b8efff798038103d269b633813fc60c (16 bytes)',
      '      span_id: eee19b7ec3c1b174 (8 bytes)',
      '      name: "GET \\"x\\""',
      '      kind: 2',
      '      start_time_unix_nano: 1780315200000000000 (2026-06-01T12:00:00.000Z)',
      '      attributes: "count" = int_value: -5',
      '      attributes {',
      '        key: "list"',
      '        value {',
      '          array_value {',
      '            values {',
      '              string_value: "a"',
      '            }',
      '          }',
      '        }',
      '      }',
      '      unknown field 99: ac02',
      '    }',
      '  }',
      '}',
    ]);
  });

  test('says where it cannot be read and why, and goes on behind the message around that', () => {
    const broken = by.concat(by.text(5, 'ok'), Buffer.from([0x3a, 0x7f]));
    const bytes = by.message(1, by.message(2, by.bytes(2, broken), by.message(2, by.text(5, 'next'))));
    expect(describeRequest('traces', bytes)).toEqual([
      'resource_spans {',
      '  scope_spans {',
      '    spans {',
      '      name: "ok"',
      '      !! length reaches past the end, at byte 11',
      '    }',
      '    spans {',
      '      name: "next"',
      '    }',
      '  }',
      '}',
    ]);
  });

  test('reads anything without throwing, and shows text that is none as bytes', () => {
    expect(describeRequest('logs', Buffer.from('garbage'))).toEqual([
      '!! wire type 7 does not exist, at byte 1',
    ]);
    expect(describeRequest('logs', by.message(1, by.bytes(3, Buffer.from([0xff]))))).toEqual([
      'resource_logs {',
      '  schema_url: ff (1 bytes)',
      '}',
    ]);
    const deep = Array.from({ length: 100 }).reduce<Buffer>(
      (inner) => by.message(5, by.message(1, inner)),
      Buffer.alloc(0),
    );
    const body = by.message(1, by.message(2, by.message(2, by.message(5, deep))));
    expect(describeRequest('logs', body).some((line) => line.includes('nested deeper'))).toBe(true);
  });
});
