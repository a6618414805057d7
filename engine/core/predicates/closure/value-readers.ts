/** Values of rows: numbers, NaN where there is none, and texts as UTF-8 bytes, undefined where there is none. */
import { calculate } from '../arithmetic.ts';
import type { NumberValue, TextValue } from '../types.ts';
import type { Columns } from './columns.ts';
import { exactReader } from './exact-reader.ts';
import { fieldNumber, fieldText } from './field-reader.ts';
import { combined, type Leveled, RESOURCE_LEVEL } from './lineage.ts';
import { numberInText } from './number-in-text.ts';
import { caseOf, partOf, substringOf } from './text-functions.ts';

type Text = Uint8Array | undefined;

const encoder = new TextEncoder();

/** The number on the finest level it reads. */
export function numberReader(value: NumberValue, columns: Columns): Leveled<number> {
  switch (value.kind) {
    case 'constant': {
      const { value: constant } = value;
      return { level: RESOURCE_LEVEL, read: () => constant };
    }
    case 'field': {
      const column = columns.of(value.field);
      return { level: column.level, read: fieldNumber(column, columns.source) };
    }
    case 'exact':
      return exactReader(value.sum, columns);
    case 'arithmetic': {
      const { operator, whole } = value;
      const sides = [numberReader(value.left, columns), numberReader(value.right, columns)] as const;
      return combined(sides, columns.lineage, (left, right) => calculate(operator, whole, [left, right]));
    }
    case 'truncated': {
      const { level, read } = numberReader(value.operand, columns);
      return { level, read: (row) => Math.trunc(read(row)) };
    }
    case 'parsed':
      return ofText(value.text, columns, (bytes) => numberInText(bytes, 0, bytes.length));
    case 'length':
      return ofText(value.text, columns, (bytes) => bytes.length);
  }
}

function ofText(text: TextValue, columns: Columns, numberOf: (bytes: Uint8Array) => number): Leveled<number> {
  const { level, read } = textReader(text, columns);
  return {
    level,
    read: (row) => {
      const bytes = read(row);
      return bytes === undefined ? Number.NaN : numberOf(bytes);
    },
  };
}

/** The text on the finest level it reads. */
export function textReader(value: TextValue, columns: Columns): Leveled<Text> {
  switch (value.kind) {
    case 'constant': {
      const bytes = encoder.encode(value.value);
      return { level: RESOURCE_LEVEL, read: () => bytes };
    }
    case 'field': {
      const column = columns.of(value.field);
      return { level: column.level, read: fieldText(column, columns.source) };
    }
    case 'case':
      return changed(value.text, columns, caseOf(value.to));
    case 'substring':
      return changed(value.text, columns, substringOf(value.start, value.length));
    case 'part':
      return changed(value.text, columns, partOf(encoder.encode(value.delimiter), value.index));
    case 'decimal': {
      const { level, read } = numberReader(value.number, columns);
      return {
        level,
        read: (row) => {
          const number = read(row);
          return Number.isSafeInteger(number) ? encoder.encode(String(number)) : undefined;
        },
      };
    }
  }
}

function changed(text: TextValue, columns: Columns, change: (bytes: Uint8Array) => Text): Leveled<Text> {
  const { level, read } = textReader(text, columns);
  return {
    level,
    read: (row) => {
      const bytes = read(row);
      return bytes === undefined ? undefined : change(bytes);
    },
  };
}
