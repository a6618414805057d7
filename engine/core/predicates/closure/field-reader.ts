/** Fields as they are: the numbers and texts of one column's rows. */
import { AttributeLookup } from '../../../../otlp/columns/attribute-lookup.ts';
import { NONE } from '../../../../otlp/columns/types.ts';
import { valueBytes, valueNumber } from './any-reader.ts';
import type { BatchColumn } from './batch-column.ts';
import { hexOfId } from './hex-of-id.ts';
import { numberInText } from './number-in-text.ts';

const EMPTY = new Uint8Array();

/** The column's numbers; NaN where there is none. */
export function fieldNumber(column: BatchColumn, source: Uint8Array): (row: number) => number {
  const read = shapeNumber(column, source);
  const { nilFrom } = column;
  return nilFrom === undefined ? read : (row) => (row < nilFrom ? read(row) : Number.NaN);
}

function shapeNumber(column: BatchColumn, source: Uint8Array): (row: number) => number {
  switch (column.shape) {
    case 'attributes': {
      const lookup = new AttributeLookup(column.column, column.key);
      const numberOf = valueNumber(column.column.values, source);
      return (row) => {
        const entry = lookup.entry(row);
        return entry === -1 ? Number.NaN : numberOf(entry);
      };
    }
    case 'values':
      return valueNumber(column.column, source);
    case 'numbers': {
      const { column: numbers } = column;
      return (row) => numbers[row] as number;
    }
    case 'at-hand': {
      const { cell } = column;
      return () => numberInText(cell.bytes, 0, cell.bytes.length);
    }
    case 'fixed': {
      const { value } = column;
      return () => value;
    }
    case 'nil':
      return () => Number.NaN;
    default:
      throw new TypeError(`Cannot read a number from ${column.shape}`);
  }
}

/** The column's texts as UTF-8 bytes, which may be views that last as long as the batch; undefined where there is none. */
export function fieldText(column: BatchColumn, source: Uint8Array): (row: number) => Uint8Array | undefined {
  const read = shapeText(column, source);
  const { nilFrom } = column;
  return nilFrom === undefined ? read : (row) => (row < nilFrom ? read(row) : undefined);
}

function shapeText(column: BatchColumn, source: Uint8Array): (row: number) => Uint8Array | undefined {
  switch (column.shape) {
    case 'attributes': {
      const lookup = new AttributeLookup(column.column, column.key);
      const bytesOf = valueBytes(column.column.values, source);
      return (row) => {
        const entry = lookup.entry(row);
        return entry === -1 ? undefined : bytesOf(entry);
      };
    }
    case 'values':
      return valueBytes(column.column, source);
    case 'dictionary': {
      const { dictionary, ids } = column.column;
      return (row) => dictionary.bytes(ids[row] as number);
    }
    case 'slices': {
      const { starts, ends } = column.column;
      return (row) => {
        const start = starts[row] as number;
        return start === NONE ? EMPTY : source.subarray(start, ends[row] as number);
      };
    }
    case 'ids': {
      const write = hexOfId(column.column);
      const length = column.column.wordCount * 8;
      return (row) => {
        const hex = new Uint8Array(length);
        write(row, hex);
        return hex;
      };
    }
    case 'at-hand': {
      const { cell } = column;
      return () => cell.bytes;
    }
    case 'nil':
      return () => undefined;
    default:
      throw new TypeError(`Cannot read a text from ${column.shape}`);
  }
}
