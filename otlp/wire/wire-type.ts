import type { OtlpScalar } from '../../schemas/otlp.ts';

/** How a field's payload is delimited: the low three bits of its tag. */
export const WIRE_TYPE = {
  varint: 0,
  fixed64: 1,
  length: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;
export type WireType = (typeof WIRE_TYPE)[keyof typeof WIRE_TYPE];

/** Messages and groups may nest this deep; deeper input is refused before it can exhaust the stack. */
export const MAX_DEPTH = 64;

/** The wire type a scalar is written with when it is not packed. */
export const WIRE_TYPE_OF_SCALAR: Readonly<Record<OtlpScalar, WireType>> = {
  string: WIRE_TYPE.length,
  bytes: WIRE_TYPE.length,
  id: WIRE_TYPE.length,
  bool: WIRE_TYPE.varint,
  enum: WIRE_TYPE.varint,
  int32: WIRE_TYPE.varint,
  uint32: WIRE_TYPE.varint,
  sint32: WIRE_TYPE.varint,
  int64: WIRE_TYPE.varint,
  uint64: WIRE_TYPE.varint,
  fixed32: WIRE_TYPE.fixed32,
  fixed64: WIRE_TYPE.fixed64,
  sfixed64: WIRE_TYPE.fixed64,
  double: WIRE_TYPE.fixed64,
};
