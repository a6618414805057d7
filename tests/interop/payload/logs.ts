/** A log request with all a log record can have, and the rows it must become. */

import { bytes, concat, fixed32, fixed64, message, number, text } from '../../otlp/support/encode.ts';
import { attribute, stringValue } from '../../otlp/support/payloads.ts';
import { EVERY_VALUE_STORED, everyValue, resourceOf, scopeOf } from './values.ts';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';
const CHECKOUT = { 'service.name': 'checkout', 'host.name': 'h-1' };
const WORKER = { 'service.name': 'worker' };
const SCHEMA = 'https://opentelemetry.io/schemas/1.37.0';

/** An ExportLogsServiceRequest: four records of two services, one of them in a trace; times begin at `atNanos`. */
export function logRequest(atNanos: bigint): Uint8Array {
  return concat(
    message(
      1,
      resourceOf(CHECKOUT),
      message(
        2,
        scopeOf('shop', '1.0.0'),
        bytes(2, fullRecord(atNanos)),
        bytes(2, mapRecord(atNanos)),
        text(3, SCHEMA),
      ),
      text(3, SCHEMA),
    ),
    message(
      1,
      resourceOf(WORKER),
      message(2, bytes(2, observedRecord(atNanos)), bytes(2, bareRecord(atNanos))),
    ),
  );
}

function fullRecord(at: bigint): Uint8Array {
  return concat(
    fixed64(1, at + 1n),
    number(2, 13),
    text(3, 'WARN'),
    bytes(5, stringValue('disk nearly full: 93 %\nsecond line')),
    everyValue(6),
    number(7, 2),
    fixed32(8, 1),
    bytes(9, Buffer.from(TRACE_ID, 'hex')),
    bytes(10, Buffer.from(SPAN_ID, 'hex')),
    fixed64(11, at + 1_000n),
    text(12, 'disk.pressure'),
  );
}

/** Its body is a map. */
function mapRecord(at: bigint): Uint8Array {
  const list = message(5, bytes(1, number(3, 1)), bytes(1, stringValue('two')));
  return concat(
    fixed64(1, at + 2n),
    number(2, 9),
    text(3, 'INFO'),
    message(5, message(6, attribute(1, 'list', list), attribute(1, 'key', stringValue('value')))),
  );
}

/** Without a time of its own. */
function observedRecord(at: bigint): Uint8Array {
  return concat(number(2, 17), text(3, 'ERROR'), bytes(5, stringValue('lost')), fixed64(11, at + 3n));
}

function bareRecord(at: bigint): Uint8Array {
  return fixed64(1, at + 4n);
}

/** Reads back what {@link logRows} gives. */
export const LOG_QUERY = `
  SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS Time, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber,
         ServiceName, Body, ResourceSchemaUrl, ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion,
         ScopeAttributes, LogAttributes, EventName
  FROM otel_logs`;

/** The rows of {@link logRequest}, by time. */
export function logRows(at: bigint): readonly object[] {
  const shop = {
    ServiceName: 'checkout',
    ResourceAttributes: CHECKOUT,
    ResourceSchemaUrl: SCHEMA,
    ScopeSchemaUrl: SCHEMA,
    ScopeName: 'shop',
    ScopeVersion: '1.0.0',
    ScopeAttributes: { 'scope.kind': 'test' },
  };
  const worker = { ServiceName: 'worker', ResourceAttributes: WORKER };
  return [
    {
      ...BARE,
      ...shop,
      Time: `${at + 1n}`,
      TraceId: TRACE_ID,
      SpanId: SPAN_ID,
      TraceFlags: 1,
      SeverityText: 'WARN',
      SeverityNumber: 13,
      Body: 'disk nearly full: 93 %\nsecond line',
      LogAttributes: EVERY_VALUE_STORED,
      EventName: 'disk.pressure',
    },
    {
      ...BARE,
      ...shop,
      Time: `${at + 2n}`,
      SeverityText: 'INFO',
      SeverityNumber: 9,
      Body: '{"key":"value","list":[1,"two"]}',
    },
    { ...BARE, ...worker, Time: `${at + 3n}`, SeverityText: 'ERROR', SeverityNumber: 17, Body: 'lost' },
    { ...BARE, ...worker, Time: `${at + 4n}` },
  ];
}

const BARE = {
  TraceId: '',
  SpanId: '',
  TraceFlags: 0,
  SeverityText: '',
  SeverityNumber: 0,
  Body: '',
  ResourceSchemaUrl: '',
  ScopeSchemaUrl: '',
  ScopeName: '',
  ScopeVersion: '',
  ScopeAttributes: {},
  LogAttributes: {},
  EventName: '',
};
