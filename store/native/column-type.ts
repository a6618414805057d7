/** Integer types by name: width in bytes. */
export const INTEGER_BYTES = {
  UInt8: 1,
  UInt16: 2,
  UInt32: 4,
  UInt64: 8,
  Int8: 1,
  Int16: 2,
  Int32: 4,
  Int64: 8,
} as const;
export type IntegerType = keyof typeof INTEGER_BYTES;

/** A ClickHouse type, parsed; only those the encoder can write. */
export type ColumnType =
  | { readonly kind: 'string' | 'lowCardinality' | 'bool' | 'float64' | 'dateTime' | 'map' }
  | { readonly kind: 'integer'; readonly type: IntegerType }
  | { readonly kind: 'dateTime64'; readonly precision: number }
  | { readonly kind: 'nullable' | 'array'; readonly of: ColumnType };

const SIMPLE: Readonly<Record<string, ColumnType>> = {
  String: { kind: 'string' },
  'LowCardinality(String)': { kind: 'lowCardinality' },
  Bool: { kind: 'bool' },
  Float64: { kind: 'float64' },
  DateTime: { kind: 'dateTime' },
  'Map(LowCardinality(String), String)': { kind: 'map' },
};

/** Parses a type as ClickHouse writes it, with or without spaces. Throws `SyntaxError` for a type it cannot write. */
export function parseColumnType(text: string): ColumnType {
  const compact = text.replaceAll(' ', '').replaceAll(',', ', ');
  const simple = SIMPLE[compact];
  if (simple !== undefined) return simple;
  if (Object.hasOwn(INTEGER_BYTES, compact)) return { kind: 'integer', type: compact as IntegerType };
  const dateTime64 = /^DateTime64\((\d)\)$/.exec(compact);
  if (dateTime64 !== null) return { kind: 'dateTime64', precision: Number(dateTime64[1]) };
  const wrapped = /^(Nullable|Array)\((.+)\)$/.exec(compact);
  if (wrapped !== null) {
    const kind = wrapped[1] === 'Array' ? 'array' : 'nullable';
    return { kind, of: parseColumnType(wrapped[2] as string) };
  }
  throw new SyntaxError(`Cannot parse column type as one of the supported: current value is ${text}`);
}
