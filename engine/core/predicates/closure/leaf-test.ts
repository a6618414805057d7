/** A condition that reads fields, as a test of the rows of the finest table it reads. */

import { numberTest } from '../compare-number.ts';
import { fieldsOfCondition } from '../fields.ts';
import type { ConditionOperator, Field, LeafCondition, PairCondition } from '../types.ts';
import { compareBytes } from './bytes.ts';
import { columnTest, type FieldCondition } from './column-test.ts';
import type { Columns } from './columns.ts';
import { distinctTest } from './distinct-test.ts';
import { exactTest } from './exact-reader.ts';
import { combined, type Leveled, type LeveledTest } from './lineage.ts';
import { type RowTest, remember } from './row-test.ts';
import { numberReader, textReader } from './value-readers.ts';
import { bytesTestOf } from './value-test.ts';

/**
 * The condition; a boolean when all rows answer alike. What stands above the records is asked once per resource, scope or
 * metric, and what reads nothing but one dictionary column once per distinct text.
 */
export function leafTest(condition: LeafCondition, columns: Columns): LeveledTest | boolean {
  const leveled =
    plainTest(condition, columns) ?? ofOneField(condition, columns) ?? calculated(condition, columns);
  if (typeof leveled === 'boolean') return leveled;
  const { level, test } = leveled;
  const { lineage } = columns;
  return level < lineage.length - 1 ? { level, test: remember(test, lineage[level]?.count ?? 0) } : leveled;
}

/** Of a field as it is. */
function plainTest(condition: LeafCondition, columns: Columns): LeveledTest | boolean | undefined {
  if (condition.kind === 'exact') return exactTest(condition, columns);
  if (!isOfField(condition)) return undefined;
  const column = columns.of(condition.subject.field);
  const test = columnTest(condition, column, columns.source);
  return typeof test === 'boolean' ? test : { level: column.level, test };
}

function isOfField(
  condition: LeafCondition,
): condition is FieldCondition & { readonly subject: { readonly kind: 'field'; readonly field: Field } } {
  return condition.kind !== 'has-number' && 'subject' in condition && condition.subject.kind === 'field';
}

/** Of values made of one field alone. */
function ofOneField(condition: LeafCondition, columns: Columns): LeveledTest | undefined {
  const [field, ...more] = fieldsOfCondition(condition);
  if (field === undefined || more.some(({ path, key }) => path !== field.path || key !== field.key)) {
    return undefined;
  }
  return distinctTest(columns.of(field), columns, (read) => calculated(condition, read));
}

function calculated(condition: LeafCondition, columns: Columns): LeveledTest {
  switch (condition.kind) {
    case 'number': {
      const test = numberTest(condition.operator, condition.literal);
      return tested(numberReader(condition.subject, columns), test);
    }
    case 'has-number':
      return tested(numberReader(condition.subject, columns), (value) => !Number.isNaN(value));
    case 'has-text':
      return tested(textReader(condition.subject, columns), (bytes) => bytes !== undefined);
    case 'text':
    case 'match':
    case 'prefix':
    case 'suffix': {
      const test = bytesTestOf(condition);
      return tested(
        textReader(condition.subject, columns),
        (bytes) => bytes !== undefined && test(bytes, 0, bytes.length),
      );
    }
    case 'exact':
      return exactTest(condition, columns);
    case 'texts':
    case 'numbers':
      return pairTest(condition, columns);
  }
}

function tested<Value>({ level, read }: Leveled<Value>, test: (value: Value) => boolean): LeveledTest {
  return { level, test: (row) => test(read(row)) };
}

function pairTest(condition: PairCondition, columns: Columns): LeveledTest {
  const { lineage } = columns;
  const bothAbsent = isTrueOfNothing(condition);
  const holds = ORDERS[condition.operator];
  if (condition.kind === 'texts') {
    const sides = [textReader(condition.left, columns), textReader(condition.right, columns)] as const;
    const { level, read } = combined(sides, lineage, (left, right) => {
      if (left === undefined || right === undefined) return left === right && bothAbsent;
      return holds(compareBytes(left, 0, left.length, right));
    });
    return { level, test: read };
  }
  const sides = [numberReader(condition.left, columns), numberReader(condition.right, columns)] as const;
  const { level, read } = combined(sides, lineage, (left, right) => {
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number.isNaN(left) && Number.isNaN(right) && bothAbsent;
    return holds(left === right ? 0 : left - right);
  });
  return { level, test: read };
}

/** True or false of a negative, zero or positive number as the left side stands to the right one. */
const ORDERS: Readonly<Record<ConditionOperator, RowTest>> = {
  '==': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Nil equals nil; everything else is false of nil. */
function isTrueOfNothing({
  kind,
  operator,
}: LeafCondition & { readonly operator?: ConditionOperator }): boolean {
  return (kind === 'texts' || kind === 'numbers') && operator !== '<' && operator !== '>';
}
