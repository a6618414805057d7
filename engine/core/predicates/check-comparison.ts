/** Comparisons: at least one side depends on the record, and the types of the two must fit. */

import { type CheckContext, errorAt } from './check-context.ts';
import { checkValue } from './check-value.ts';
import { ENUMS } from './enums.ts';
import { addSums } from './exact-sum.ts';
import type { ComparisonNode, ComparisonOperator, Expression } from './syntax.ts';
import {
  asNumber,
  asText,
  type ExactTyped,
  type ExactUnit,
  type FlagTyped,
  type IdTyped,
  isConstant,
  literalText,
  mismatch,
  type NumberTyped,
  type Typed,
} from './typed.ts';
import type { Condition, ConditionOperator } from './types.ts';

const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** The pieces a rule below needs; `left` is no literal, `node` is the right side, where a mismatch is shown. */
interface Comparison<Left extends Typed = Typed> {
  readonly left: Left;
  readonly right: Typed;
  readonly operator: ComparisonOperator;
  readonly node: Expression;
  readonly context: CheckContext;
}

/**
 * The condition a comparison makes.
 *
 * @throws {PredicateError} when a name is unknown, the types can never be equal, or the form is not supported.
 */
export function checkComparison(node: ComparisonNode, context: CheckContext): Condition {
  const left = checkValue(node.left, context);
  const right = checkValue(node.right, context);
  if (isConstant(left) && isConstant(right)) {
    const reason = 'Cannot compare two literals: at least one side must be a path, or be made of one';
    throw errorAt(context, node, 'predicate-unsupported', reason);
  }
  return conditionOf(
    isConstant(left)
      ? { left: right, right: left, operator: MIRRORED[node.operator], node: node.left, context }
      : { left, right, operator: node.operator, node: node.right, context },
  );
}

function conditionOf(comparison: Comparison): Condition {
  const { left, right } = comparison;
  if (right.type === 'nil') return nilCondition(comparison);
  if (right.type === 'any' && left.type !== 'any') return conditionOf(turned(comparison));
  switch (left.type) {
    case 'any':
      return anyCondition(comparison);
    case 'text':
      return textCondition(comparison, 'a text in double quotes');
    case 'id':
      return idCondition({ ...comparison, left });
    case 'number':
      return numberCondition({ ...comparison, left });
    case 'exact':
      return exactCondition({ ...comparison, left });
    case 'flag':
      return flagCondition({ ...comparison, left });
    default:
      throw new TypeError('Cannot compare a literal with a literal');
  }
}

function turned({ left, right, operator, ...rest }: Comparison): Comparison {
  return { ...rest, left: right, right: left, operator: MIRRORED[operator] };
}

function nilCondition(comparison: Comparison): Condition {
  const { left, operator, context, node } = comparison;
  if (!left.nullable) {
    const empty = left.type === 'id' ? `"${'0'.repeat(left.digits)}"` : '""';
    const advice = asText(left) === undefined ? '' : `, write ${empty}`;
    const reason = `Cannot compare ${left.name} with nil: it is never nil${advice}`;
    throw errorAt(context, node, 'predicate-never-nil', reason);
  }
  if (!isEquality(operator)) throw unfit(comparison, 'nil by == or != only');
  const present = presence(left);
  return operator === '!=' ? present : { kind: 'not', operand: present };
}

function presence(left: Typed): Condition {
  const text = asText(left);
  if (text !== undefined) return { kind: 'has-text', subject: text };
  if (left.type === 'exact') return { kind: 'has-number', subject: { kind: 'exact', sum: left.sum } };
  if (left.type === 'number') return { kind: 'has-number', subject: left.value };
  if (left.type === 'flag') return { kind: 'has-number', subject: { kind: 'field', field: left.field } };
  throw new TypeError(`Cannot ask whether ${left.name} is nil`);
}

/** An attribute or a body: the other side decides how it is read. */
function anyCondition(comparison: Comparison): Condition {
  const { left, right, operator } = comparison;
  switch (right.type) {
    case 'bool':
      if (!isEquality(operator)) throw unfit(comparison, 'true and false by == or != only');
      return textAgainst(comparison, String(right.value));
    case 'any':
      if (isEquality(operator)) return textCondition(comparison, '');
      throw unfit(
        comparison,
        `${left.name} by == or != only, or say what they are: Double(…) or String(…) around both`,
      );
    case 'text':
    case 'id':
      return textCondition(comparison, '');
    default:
      return numbersCondition(comparison, 'a number or a text');
  }
}

function textCondition(comparison: Comparison, wanted: string): Condition {
  const { left, right, operator } = comparison;
  const literal = literalText(right);
  if (literal !== undefined) return textAgainst(comparison, literal);
  const [one, other] = [asText(left), asText(right)];
  if (one === undefined || other === undefined) throw unfit(comparison, wanted);
  return negatable(operator, (plain) => ({ kind: 'texts', operator: plain, left: one, right: other }));
}

function textAgainst({ left, operator }: Comparison, literal: string): Condition {
  const subject = asText(left);
  if (subject === undefined) throw new TypeError(`Cannot read ${left.name} as a text`);
  return negatable(operator, (plain) => ({ kind: 'text', subject, operator: plain, literal }));
}

function idCondition(comparison: Comparison<IdTyped>): Condition {
  const { left, right, operator } = comparison;
  const literal = literalText(right);
  const fits =
    literal === undefined
      ? asText(right) !== undefined
      : new RegExp(`^[0-9a-f]{${left.digits}}$`).test(literal);
  if (fits && isEquality(operator)) return textCondition(comparison, '');
  throw unfit(
    comparison,
    `${left.digits} lower-case hex digits in double quotes by == or != (zeros when absent)`,
  );
}

function numberCondition(comparison: Comparison<NumberTyped>): Condition {
  const { family } = comparison.left;
  if (family === undefined) return numbersCondition(comparison, 'a number');
  const { right } = comparison;
  const examples = Object.keys(ENUMS[family]).slice(1, 3).join(', ');
  const wanted = `its enum (${examples}, …) or a whole number`;
  const isOther = 'family' in right && right.family !== undefined && right.family !== family;
  const isFraction = right.type === 'number' && isConstant(right) && !right.whole;
  if (isOther || isFraction) throw unfit(comparison, wanted);
  return numbersCondition(comparison, wanted);
}

function numbersCondition(comparison: Comparison, wanted: string): Condition {
  const { left, right, operator, node, context } = comparison;
  const [subject, other] = [asNumber(left, node, context), asNumber(right, node, context)];
  if (subject === undefined || other === undefined) throw unfit(comparison, wanted);
  const { value } = other;
  return negatable(operator, (plain) =>
    value.kind === 'constant'
      ? { kind: 'number', subject: subject.value, operator: plain, literal: value.value }
      : { kind: 'numbers', operator: plain, left: subject.value, right: value },
  );
}

const UNIT_PARTNERS: Readonly<Record<ExactUnit, string>> = {
  count: 'a number',
  duration: 'Duration("200ms") or whole nanoseconds',
  time: 'another time, as Time("2026-01-31", "%Y-%m-%d")',
};

/** Whole 64-bit numbers are compared exactly: one is taken from the other, and the rest compared with zero. */
function exactCondition(comparison: Comparison<ExactTyped>): Condition {
  const { left, right, operator } = comparison;
  if (right.type !== 'exact') {
    if (left.unit !== 'count') throw unfit(comparison, UNIT_PARTNERS[left.unit]);
    return numbersCondition(comparison, UNIT_PARTNERS.count);
  }
  const isSame = left.unit === right.unit;
  if (!isSame && (left.unit === 'time' || right.unit === 'time')) {
    throw unfit(comparison, UNIT_PARTNERS[left.unit]);
  }
  const sum = addSums(left.sum, right.sum, -1);
  return negatable(operator, (plain) => {
    const exact = { kind: 'exact', sum, operator: plain } as const;
    const isOrder = plain === '<' || plain === '>';
    return left.nullable && right.nullable && !isOrder ? orBothAbsent(exact, left, right) : exact;
  });
}

/** Nil equals nil. */
function orBothAbsent(condition: Condition, left: Typed, right: Typed): Condition {
  const anyPresent: Condition = { kind: 'or', operands: [presence(left), presence(right)] };
  return { kind: 'or', operands: [condition, { kind: 'not', operand: anyPresent }] };
}

function flagCondition(comparison: Comparison<FlagTyped>): Condition {
  const { left, right, operator } = comparison;
  if (right.type !== 'bool' || !isEquality(operator)) {
    throw unfit(comparison, 'true or false by == or != only');
  }
  const literal = right.value ? 1 : 0;
  return negatable(operator, (plain) => ({
    kind: 'number',
    subject: { kind: 'field', field: left.field },
    operator: plain,
    literal,
  }));
}

function isEquality(operator: ComparisonOperator): boolean {
  return operator === '==' || operator === '!=';
}

function negatable(operator: ComparisonOperator, make: (plain: ConditionOperator) => Condition): Condition {
  return operator === '!=' ? { kind: 'not', operand: make('==') } : make(operator);
}

function unfit({ left, node, context }: Comparison, wanted: string): Error {
  return mismatch(context, node, `Cannot compare ${left.name} so: compare it with ${wanted}`);
}
