/** Which fields a condition or a value reads. */
import type { Condition, ExactSum, Field, NumberValue, TextValue } from './types.ts';

/** The fields of a condition, in the order they are written; one that is written twice comes twice. */
export function fieldsOfCondition(condition: Condition): readonly Field[] {
  switch (condition.kind) {
    case 'constant':
      return [];
    case 'and':
    case 'or':
      return condition.operands.flatMap(fieldsOfCondition);
    case 'not':
      return fieldsOfCondition(condition.operand);
    case 'texts':
      return [...fieldsOfText(condition.left), ...fieldsOfText(condition.right)];
    case 'numbers':
      return [...fieldsOfNumber(condition.left), ...fieldsOfNumber(condition.right)];
    case 'number':
    case 'has-number':
      return fieldsOfNumber(condition.subject);
    case 'exact':
      return fieldsOfSum(condition.sum);
    default:
      return fieldsOfText(condition.subject);
  }
}

/** The same of a number. */
export function fieldsOfNumber(value: NumberValue): readonly Field[] {
  switch (value.kind) {
    case 'constant':
      return [];
    case 'field':
      return [value.field];
    case 'exact':
      return fieldsOfSum(value.sum);
    case 'arithmetic':
      return [...fieldsOfNumber(value.left), ...fieldsOfNumber(value.right)];
    case 'truncated':
      return fieldsOfNumber(value.operand);
    case 'parsed':
    case 'length':
      return fieldsOfText(value.text);
  }
}

function fieldsOfText(value: TextValue): readonly Field[] {
  switch (value.kind) {
    case 'constant':
      return [];
    case 'field':
      return [value.field];
    case 'decimal':
      return fieldsOfNumber(value.number);
    default:
      return fieldsOfText(value.text);
  }
}

function fieldsOfSum({ terms }: ExactSum): readonly Field[] {
  return terms.map(({ field }) => field);
}
