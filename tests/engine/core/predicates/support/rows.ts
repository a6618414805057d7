/** Records as plain objects; what is missing was not sent. */

/** An AnyValue: text, bool, int, double, bytes, or nothing. */
export type Value =
  | string
  | boolean
  | { readonly int: bigint }
  | { readonly double: number }
  | { readonly bytes: readonly number[] }
  /** An ArrayValue's content, as protobuf. */
  | { readonly array: readonly number[] }
  | null;

/** Pairs, so that a key may come twice. */
export type Attributes = readonly (readonly [string, Value])[];

export interface Origin {
  readonly resource?: Attributes;
  readonly scopeName?: string;
  readonly scopeVersion?: string;
  readonly scope?: Attributes;
  readonly resourceSchemaUrl?: string;
  readonly scopeSchemaUrl?: string;
  readonly scopeDroppedAttributesCount?: number;
}

export interface SpanRow extends Origin {
  readonly attributes?: Attributes;
  readonly name?: string;
  readonly kind?: number;
  readonly statusCode?: number;
  readonly statusMessage?: string;
  readonly start?: bigint;
  readonly end?: bigint;
  /** Hex; absent when missing. */
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly events?: readonly EventRow[];
}

export interface EventRow {
  readonly name?: string;
  readonly time?: bigint;
  readonly attributes?: Attributes;
}

export interface LogRow extends Origin {
  readonly attributes?: Attributes;
  readonly body?: Value;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly eventName?: string;
  readonly time?: bigint;
  readonly observed?: bigint;
  readonly flags?: number;
  readonly traceId?: string;
  readonly spanId?: string;
}

export interface PointRow extends Origin {
  readonly metric?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly attributes?: Attributes;
  readonly value?: number;
  readonly start?: bigint;
  readonly time?: bigint;
  readonly flags?: number;
  readonly temporality?: number;
  readonly isMonotonic?: boolean;
  readonly count?: bigint;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly scale?: number;
  readonly zeroCount?: bigint;
  readonly positiveOffset?: number;
  readonly negativeOffset?: number;
}
