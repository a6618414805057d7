import type { ChunkWriter } from './chunk-writer.ts';
import { type ColumnType, INTEGER_BYTES, type IntegerType } from './column-type.ts';
import { writeDictionary, writeIndexes, writeLowCardinalityPrefix } from './low-cardinality.ts';

/** Writes the state prefix of a column of this type: that of the LowCardinality inside it, if any. */
export function writeValuesPrefix(writer: ChunkWriter, type: ColumnType): void {
  if (type.kind === 'lowCardinality' || type.kind === 'map') writeLowCardinalityPrefix(writer);
  if (type.kind === 'array' || type.kind === 'nullable') writeValuesPrefix(writer, type.of);
}

/** Writes the data of a column; `name` is for the message when a value does not fit its type. */
export function writeValues(
  writer: ChunkWriter,
  type: ColumnType,
  values: readonly unknown[],
  name: string,
): void {
  switch (type.kind) {
    case 'string':
      for (const value of values) {
        if (value instanceof Uint8Array) writer.string(value);
        else writer.text(expectString(value, name));
      }
      return;
    case 'lowCardinality':
      writeLowCardinality(writer, values, name);
      return;
    case 'bool':
      for (const value of values) writer.uint8(expectBoolean(value, name) ? 1 : 0);
      return;
    case 'float64':
      for (const value of values) writeFloat64(writer, expectNumber(value, name));
      return;
    case 'integer':
      for (const value of values) writeInteger(writer, type.type, expectInteger(value, name), name);
      return;
    case 'dateTime':
      for (const value of values) writeInteger(writer, 'UInt32', seconds(value, name), name);
      return;
    case 'dateTime64':
      for (const value of values) writeInteger(writer, 'Int64', ticks(value, type.precision, name), name);
      return;
    case 'nullable':
      writeNullable(writer, type.of, values, name);
      return;
    case 'array':
      writeArrays(writer, type.of, values, name);
      return;
    case 'map':
      writeMaps(writer, values, name);
      return;
  }
}

function writeLowCardinality(writer: ChunkWriter, values: readonly unknown[], name: string): void {
  if (values.length === 0) return;
  const ids = new Map<string, number>([['', 0]]);
  const indexes = values.map((value) => {
    const text = expectString(value, name);
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  });
  const entries = {
    size: ids.size,
    writeTo: (sink: ChunkWriter) => {
      for (const text of ids.keys()) sink.text(text);
    },
  };
  writeIndexes(writer, indexes, indexes.length, writeDictionary(writer, entries, indexes.length));
}

function writeFloat64(writer: ChunkWriter, value: number): void {
  writer.reserve(8);
  writer.view.setFloat64(writer.position, value, true);
  writer.position += 8;
}

function writeInteger(writer: ChunkWriter, type: IntegerType, value: bigint, name: string): void {
  const byteCount = INTEGER_BYTES[type];
  const bits = byteCount * 8;
  const fits = type.startsWith('U') ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  if (fits !== value)
    throw new RangeError(`Cannot encode column ${name} as ${type}: current value is ${value}`);
  writer.reserve(8);
  writer.view.setBigUint64(writer.position, BigInt.asUintN(64, value), true);
  writer.position += byteCount;
}

/** Null map first, then the values with a default in the place of each null. */
function writeNullable(writer: ChunkWriter, of: ColumnType, values: readonly unknown[], name: string): void {
  for (const value of values) writer.uint8(isNull(value) ? 1 : 0);
  const filled = values.map((value) => (isNull(value) ? defaultOf(of) : value));
  writeValues(writer, of, filled, name);
}

/** End offsets first, then all elements as one column. */
function writeArrays(writer: ChunkWriter, of: ColumnType, values: readonly unknown[], name: string): void {
  const elements: unknown[] = [];
  for (const value of values) {
    if (!Array.isArray(value)) throw mismatch('an array', value, name);
    for (const element of value) elements.push(element);
    writer.uint64(elements.length);
  }
  writeValues(writer, of, elements, name);
}

/** Array(Tuple(key, value)): end offsets, keys, values. */
function writeMaps(writer: ChunkWriter, values: readonly unknown[], name: string): void {
  const keys: string[] = [];
  const texts: unknown[] = [];
  for (const value of values) {
    if (typeof value !== 'object' || value === null) throw mismatch('an object', value, name);
    const sorted = Object.entries(value).sort(([left], [right]) => Buffer.compare(utf8(left), utf8(right)));
    for (const [key, text] of sorted) {
      keys.push(key);
      texts.push(text);
    }
    writer.uint64(keys.length);
  }
  writeLowCardinality(writer, keys, name);
  for (const text of texts) writer.text(expectString(text, name));
}

function utf8(text: string): Buffer {
  return Buffer.from(text, 'utf8');
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}

function defaultOf(type: ColumnType): unknown {
  if (type.kind === 'string' || type.kind === 'lowCardinality') return '';
  return type.kind === 'bool' ? false : 0;
}

function seconds(value: unknown, name: string): bigint {
  return value instanceof Date ? BigInt(Math.floor(value.getTime() / 1000)) : expectInteger(value, name);
}

function ticks(value: unknown, precision: number, name: string): bigint {
  if (!(value instanceof Date)) return expectInteger(value, name);
  const millis = BigInt(value.getTime());
  if (precision >= 3) return millis * 10n ** BigInt(precision - 3);
  const divisor = 10n ** BigInt(3 - precision);
  const rest = ((millis % divisor) + divisor) % divisor;
  return (millis - rest) / divisor;
}

function expectString(value: unknown, name: string): string {
  if (typeof value !== 'string') throw mismatch('a string', value, name);
  return value;
}

function expectBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw mismatch('a boolean', value, name);
  return value;
}

function expectNumber(value: unknown, name: string): number {
  if (typeof value !== 'number') throw mismatch('a number', value, name);
  return value;
}

function expectInteger(value: unknown, name: string): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw mismatch('an integer', value, name);
}

function mismatch(rule: string, value: unknown, name: string): TypeError {
  return new TypeError(`Cannot encode column ${name} as ${rule}: current value is ${String(value)}`);
}
