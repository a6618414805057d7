/**
 * Types of arithmetic, as OTTL has them: whole numbers stay whole (and a division is cut), a float beside a whole
 * number makes a float; times and durations know `+` and `-` only. An attribute counts as a float, since its string
 * form does not tell.
 */
import { calculate } from './arithmetic.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { addSums, sumOfConstant } from './exact-sum.ts';
import type { ArithmeticNode } from './syntax.ts';
import {
  asNumber,
  type ExactTyped,
  type ExactUnit,
  isConstant,
  mismatch,
  type NumberTyped,
  type Typed,
} from './typed.ts';

type Sides<T> = readonly [T, T];

const MOST = 2n ** 63n;

/**
 * The value of `left operator right`.
 *
 * @throws {PredicateError} when the operator does not take such values, for a division by the literal 0, and for
 * literals whose result has no room.
 */
export function checkArithmetic(node: ArithmeticNode, sides: Sides<Typed>, context: CheckContext): Typed {
  const [left, right] = sides;
  const isZero =
    isConstant(right) &&
    (right.type === 'exact' ? right.sum.constant === 0n : right.type === 'number' && zero(right));
  if (node.operator === '/' && isZero) {
    throw errorAt(context, node.right, 'predicate-invalid-literal', 'Cannot divide by zero');
  }
  if (left.type === 'exact' && right.type === 'exact') {
    const exact = exactResult(node, [left, right], context);
    if (exact !== undefined) return exact;
  }
  return inDoubles(node, sides, context);
}

function zero({ value }: NumberTyped): boolean {
  return value.kind === 'constant' && value.value === 0;
}

/** Sums of 64-bit numbers, and anything of two literals; undefined where doubles have to do. */
function exactResult(
  node: ArithmeticNode,
  [left, right]: Sides<ExactTyped>,
  context: CheckContext,
): ExactTyped | undefined {
  const { operator } = node;
  const described = { type: 'exact', name: 'the result', nullable: left.nullable || right.nullable } as const;
  if (operator === '+' || operator === '-') {
    const unit = unitOf(operator, left.unit, right.unit);
    if (unit === undefined) throw unfitUnits(node, context);
    const sum = addSums(left.sum, right.sum, operator === '+' ? 1 : -1);
    return { ...described, unit, sum: withRoom(sum.constant, sum, node, context) };
  }
  if (left.unit !== 'count' || right.unit !== 'count') throw unfitUnits(node, context);
  if (!isConstant(left) || !isConstant(right)) return undefined;
  const [a, b] = [left.sum.constant, right.sum.constant];
  const result = operator === '*' ? a * b : a / b;
  return { ...described, unit: 'count', sum: withRoom(result, sumOfConstant(result), node, context) };
}

function unitOf(operator: '+' | '-', left: ExactUnit, right: ExactUnit): ExactUnit | undefined {
  if (left === 'time' && right === 'time') return operator === '-' ? 'duration' : undefined;
  if (left === 'time') return right === 'duration' ? 'time' : undefined;
  if (right === 'time') return left === 'duration' && operator === '+' ? 'time' : undefined;
  return left === right ? left : undefined;
}

function withRoom<Sum>(constant: bigint, sum: Sum, node: ArithmeticNode, context: CheckContext): Sum {
  if (constant >= -MOST && constant < MOST) return sum;
  throw errorAt(
    context,
    node,
    'predicate-invalid-literal',
    'Cannot hold the result of the literals: it has 64 bits',
  );
}

function inDoubles(node: ArithmeticNode, sides: Sides<Typed>, context: CheckContext): NumberTyped {
  const left = operand(sides[0], node.left, context);
  const right = operand(sides[1], node.right, context);
  const whole = left.whole && right.whole;
  const { operator } = node;
  const described = { type: 'number', name: 'the result', whole } as const;
  if (left.value.kind === 'constant' && right.value.kind === 'constant') {
    const value = calculate(operator, whole, [left.value.value, right.value.value]);
    if (Number.isFinite(value)) return { ...described, nullable: false, value: { kind: 'constant', value } };
    throw errorAt(
      context,
      node,
      'predicate-invalid-literal',
      'Cannot hold the result of the literals: it is too large',
    );
  }
  const value = { kind: 'arithmetic', operator, whole, left: left.value, right: right.value } as const;
  // A result that is not finite may meet another one: infinity minus infinity is none.
  return { ...described, nullable: true, value };
}

function operand(typed: Typed, place: { readonly at: number }, context: CheckContext): NumberTyped {
  const number = asNumber(typed, place, context);
  if (number !== undefined) return number;
  if (typed.type === 'exact') throw unfitUnits(place, context);
  const reason = `Cannot calculate with ${typed.name}: it is no number`;
  throw mismatch(context, place, reason);
}

function unfitUnits(place: { readonly at: number }, context: CheckContext): Error {
  const reason =
    'Cannot calculate so: times and durations are added to and subtracted from each other only, write Int(…) around one for its nanoseconds';
  return mismatch(context, place, reason);
}
