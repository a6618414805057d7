/** A trace request with all a span can have, and the rows it must become. */
import { bytes, concat, fixed32, fixed64, message, number, text } from '../../otlp/support/encode.ts';
import { EVERY_VALUE_STORED, everyValue, resourceOf, scopeOf, texts } from './values.ts';

const TRACE_A = '5b8efff798038103d269b633813fc60c';
const TRACE_B = '0af7651916cd43dd8448eb211c80319c';
const CHECKOUT = { 'service.name': 'checkout', 'service.version': '2.1.0', 'host.name': 'h-1' };
const CART = { 'service.name': 'cart' };

const hex = (value: string) => Buffer.from(value, 'hex');

/** An ExportTraceServiceRequest: five spans of two traces, of two services; times begin at `atNanos`. */
export function traceRequest(atNanos: bigint): Uint8Array {
  return concat(
    message(
      1,
      resourceOf(CHECKOUT),
      message(2, scopeOf('shop', '1.0.0'), bytes(2, fullSpan(atNanos)), bytes(2, bareSpan(atNanos))),
      message(2, scopeOf('database', '0.3.0'), bytes(2, otherSpan(atNanos))),
      text(3, 'https://opentelemetry.io/schemas/1.37.0'),
    ),
    message(
      1,
      resourceOf(CART),
      message(2, bytes(2, plainSpan(atNanos, { id: 'a0000000000000c1', kind: 4 }))),
      message(2, scopeOf('shop', '1.0.0'), bytes(2, plainSpan(atNanos, { id: 'a0000000000000c2', kind: 5 }))),
    ),
  );
}

function fullSpan(at: bigint): Uint8Array {
  return concat(
    bytes(1, hex(TRACE_A)),
    bytes(2, hex('a000000000000001')),
    text(3, 'vendor=1,other=2'),
    bytes(4, hex('a0000000000000ff')),
    text(5, 'POST /checkout'),
    number(6, 2),
    fixed64(7, at + 123_456_789n),
    fixed64(8, at + 1_123_456_790n),
    everyValue(9),
    number(10, 3),
    message(11, fixed64(1, at + 200_000_001n), text(2, 'exception'), everyValue(3), number(4, 1)),
    message(11, fixed64(1, at + 200_000_002n), text(2, 'retry')),
    number(12, 4),
    message(
      13,
      bytes(1, hex(TRACE_B)),
      bytes(2, hex('b7ad6b7169203331')),
      text(3, 'linked=yes'),
      texts(4, { why: 'follows' }),
      fixed32(6, 1),
    ),
    number(14, 5),
    message(15, text(2, 'out of cheese'), number(3, 2)),
    fixed32(16, 257),
  );
}

/** Only what a span must have. */
function bareSpan(at: bigint): Uint8Array {
  return concat(
    bytes(1, hex(TRACE_A)),
    bytes(2, hex('a000000000000002')),
    fixed64(7, at),
    fixed64(8, at + 1n),
  );
}

function otherSpan(at: bigint): Uint8Array {
  return concat(
    bytes(1, hex(TRACE_B)),
    bytes(2, hex('a000000000000003')),
    bytes(4, hex('a000000000000001')),
    text(5, 'SELECT'),
    number(6, 3),
    fixed64(7, at + 5n),
    fixed64(8, at + 1_000_005n),
    texts(9, { 'db.system.name': 'postgresql' }),
    message(15, number(3, 1)),
  );
}

function plainSpan(at: bigint, { id, kind }: { readonly id: string; readonly kind: number }): Uint8Array {
  return concat(
    bytes(1, hex(TRACE_B)),
    bytes(2, hex(id)),
    text(5, 'publish'),
    number(6, kind),
    fixed64(7, at + 10n),
    fixed64(8, at + 20n),
  );
}

/** Reads back what {@link traceRows} gives. */
export const TRACE_QUERY = `
  SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS Start, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind,
         ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, SpanAttributes,
         toString(Duration) AS Duration, StatusCode, StatusMessage,
         arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS EventTimes,
         Events.Name AS EventNames, Events.Attributes AS EventAttributes,
         Links.TraceId AS LinkTraceIds, Links.SpanId AS LinkSpanIds, Links.TraceState AS LinkTraceStates,
         Links.Attributes AS LinkAttributes
  FROM otel_traces`;

/** The rows of {@link traceRequest}, by span id. */
export function traceRows(at: bigint): readonly object[] {
  const shop = { ScopeName: 'shop', ScopeVersion: '1.0.0', ScopeAttributes: { 'scope.kind': 'test' } };
  const checkout = { ServiceName: 'checkout', ResourceAttributes: CHECKOUT };
  const cart = { ServiceName: 'cart', ResourceAttributes: CART, TraceId: TRACE_B, SpanName: 'publish' };
  const publish = { Start: `${at + 10n}`, Duration: '10' };
  return [
    {
      ...BARE,
      ...checkout,
      ...shop,
      TraceId: TRACE_A,
      SpanId: 'a000000000000001',
      ParentSpanId: 'a0000000000000ff',
      TraceState: 'vendor=1,other=2',
      SpanName: 'POST /checkout',
      SpanKind: 'Server',
      Start: `${at + 123_456_789n}`,
      Duration: '1000000001',
      SpanAttributes: EVERY_VALUE_STORED,
      StatusCode: 'Error',
      StatusMessage: 'out of cheese',
      EventTimes: [`${at + 200_000_001n}`, `${at + 200_000_002n}`],
      EventNames: ['exception', 'retry'],
      EventAttributes: [EVERY_VALUE_STORED, {}],
      LinkTraceIds: [TRACE_B],
      LinkSpanIds: ['b7ad6b7169203331'],
      LinkTraceStates: ['linked=yes'],
      LinkAttributes: [{ why: 'follows' }],
    },
    {
      ...BARE,
      ...checkout,
      ...shop,
      TraceId: TRACE_A,
      SpanId: 'a000000000000002',
      Start: `${at}`,
      Duration: '1',
    },
    {
      ...BARE,
      ...checkout,
      ScopeName: 'database',
      ScopeVersion: '0.3.0',
      ScopeAttributes: { 'scope.kind': 'test' },
      TraceId: TRACE_B,
      SpanId: 'a000000000000003',
      ParentSpanId: 'a000000000000001',
      SpanName: 'SELECT',
      SpanKind: 'Client',
      Start: `${at + 5n}`,
      Duration: '1000000',
      SpanAttributes: { 'db.system.name': 'postgresql' },
      StatusCode: 'Ok',
    },
    { ...BARE, ...cart, ...publish, SpanId: 'a0000000000000c1', SpanKind: 'Producer' },
    { ...BARE, ...cart, ...shop, ...publish, SpanId: 'a0000000000000c2', SpanKind: 'Consumer' },
  ];
}

const BARE = {
  ParentSpanId: '',
  TraceState: '',
  SpanName: '',
  SpanKind: 'Unspecified',
  ScopeName: '',
  ScopeVersion: '',
  ScopeAttributes: {},
  SpanAttributes: {},
  StatusCode: 'Unset',
  StatusMessage: '',
  EventTimes: [],
  EventNames: [],
  EventAttributes: [],
  LinkTraceIds: [],
  LinkSpanIds: [],
  LinkTraceStates: [],
  LinkAttributes: [],
};
