/** Comparisons: one side names a field, the other is a literal, and their types must fit. */

import { suggestion } from '../nearest-name.ts';
import { checkDuration, DURATION_FUNCTION, isBooleanFunction, unknownFunction } from './check-call.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { ENUMS, type EnumFamily, enumNames, enumSymbol } from './enums.ts';
import { type ResolvedPath, resolvePath } from './resolve-path.ts';
import type { ComparisonNode, ComparisonOperator, Operand } from './syntax.ts';
import type { Condition, ConditionOperator } from './types.ts';

/** A literal with its meaning. */
type Constant =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'int' | 'float' | 'duration'; readonly value: number }
  | { readonly type: 'enum'; readonly value: number; readonly family: EnumFamily; readonly name: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'nil' };

const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** The pieces a rule below needs; `node` is the literal's side, where a mismatch is shown. */
interface Comparison extends ResolvedPath {
  readonly operator: ComparisonOperator;
  readonly node: Operand;
  readonly context: CheckContext;
}

/**
 * The condition a comparison makes.
 *
 * @throws {PredicateError} when a name is unknown, the types can never be equal, or the form is not supported.
 */
export function checkComparison(node: ComparisonNode, context: CheckContext): Condition {
  const leftIsPath = node.left.kind === 'path';
  const [path, other] = leftIsPath ? [node.left, node.right] : [node.right, node.left];
  if (path.kind !== 'path' || other.kind === 'path') throw notFieldAndLiteral(node, context);
  const operator = leftIsPath ? node.operator : MIRRORED[node.operator];
  const comparison = { ...resolvePath(path, context), operator, node: other, context };
  return conditionOf(comparison, constantOf(other, context));
}

function notFieldAndLiteral(node: ComparisonNode, context: CheckContext): Error {
  const call = [node.left, node.right].find((side) => side.kind === 'call' && isBooleanFunction(side.name));
  if (call?.kind === 'call') {
    const reason = `Cannot compare ${call.name}: it is true or false by itself, write it alone or after not`;
    return errorAt(context, call, 'predicate-unsupported', reason);
  }
  const reason = 'Cannot compare these: one side must be a path, the other a literal';
  return errorAt(context, node, 'predicate-unsupported', reason);
}

function constantOf(node: Operand, context: CheckContext): Constant {
  switch (node.kind) {
    case 'string':
    case 'bool':
      return { type: node.kind, value: node.value } as Constant;
    case 'int':
      return { type: 'int', value: exactNumber(node.value, node, context) };
    case 'float':
      if (Number.isFinite(node.value)) return { type: 'float', value: node.value };
      throw errorAt(context, node, 'predicate-invalid-literal', 'Cannot hold the number: it is too large');
    case 'nil':
      return { type: 'nil' };
    case 'enum': {
      const symbol = enumSymbol(node.name);
      if (symbol !== undefined) return { type: 'enum', name: node.name, ...symbol };
      const reason = `Cannot find the enum ${node.name}${suggestion(node.name, enumNames())}`;
      throw errorAt(context, node, 'predicate-unknown-enum', reason);
    }
    case 'call':
      if (isBooleanFunction(node.name)) {
        const reason = `Cannot compare ${node.name}: it is true or false by itself, write it alone or after not`;
        throw errorAt(context, node, 'predicate-unsupported', reason);
      }
      if (node.name !== DURATION_FUNCTION) throw unknownFunction(node, context);
      return { type: 'duration', value: exactNumber(checkDuration(node, context), node, context) };
    case 'path':
      throw new TypeError('Cannot take a path as a literal');
  }
}

/** Below 2^53 a comparison with the nearest double of any 64-bit value is exact; from there on it might not be. */
function exactNumber(value: bigint, node: Operand, context: CheckContext): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  const reason =
    'Cannot compare with an integer of 2^53 or more: compare the text, write it in double quotes';
  throw errorAt(context, node, 'predicate-invalid-literal', reason);
}

function conditionOf(comparison: Comparison, constant: Constant): Condition {
  if (constant.type === 'nil') return nilCondition(comparison);
  switch (comparison.spec.type) {
    case 'any':
      return anyCondition(comparison, constant);
    case 'string':
      if (constant.type !== 'string') throw mismatch(comparison, 'a text in double quotes');
      return compared(comparison, constant.value);
    case 'id':
      return idCondition(comparison, constant);
    case 'number':
      if (constant.type !== 'int' && constant.type !== 'float') throw mismatch(comparison, 'a number');
      return compared(comparison, constant.value);
    case 'enum':
      return enumCondition(comparison, constant);
    case 'duration':
      if (constant.type !== 'duration' && constant.type !== 'int') {
        throw mismatch(comparison, 'Duration("200ms") or whole nanoseconds');
      }
      return compared(comparison, constant.value);
  }
}

function nilCondition(comparison: Comparison): Condition {
  const { spec, field, operator } = comparison;
  if (spec.nullable !== true) {
    const instead = spec.type === 'id' ? `"${'0'.repeat((spec.idBytes ?? 0) * 2)}"` : '""';
    const advice =
      spec.type === 'any' || spec.type === 'string' || spec.type === 'id' ? `, write ${instead}` : '';
    const reason = `Cannot compare ${spec.path} with nil: it is never nil${advice}`;
    throw errorAt(comparison.context, comparison.node, 'predicate-never-nil', reason);
  }
  if (operator !== '==' && operator !== '!=') throw mismatch(comparison, 'nil by == or != only');
  const present = { kind: 'present', field } as const;
  return operator === '!=' ? present : { kind: 'not', operand: present };
}

function anyCondition(comparison: Comparison, constant: Exclude<Constant, { type: 'nil' }>): Condition {
  const { operator } = comparison;
  switch (constant.type) {
    case 'bool':
      if (operator !== '==' && operator !== '!=')
        throw mismatch(comparison, 'true and false by == or != only');
      return compared(comparison, String(constant.value));
    case 'duration':
      throw mismatch(comparison, 'a number or a text');
    default:
      return compared(comparison, constant.value);
  }
}

function idCondition(comparison: Comparison, constant: Constant): Condition {
  const digits = (comparison.spec.idBytes ?? 0) * 2;
  const isId = constant.type === 'string' && new RegExp(`^[0-9a-f]{${digits}}$`).test(constant.value);
  const isEquality = comparison.operator === '==' || comparison.operator === '!=';
  if (isId && isEquality) return compared(comparison, constant.value);
  throw mismatch(
    comparison,
    `${digits} lower-case hex digits in double quotes by == or != (zeros when absent)`,
  );
}

function enumCondition(comparison: Comparison, constant: Constant): Condition {
  const { family } = comparison.spec;
  const fits = constant.type === 'int' || (constant.type === 'enum' && constant.family === family);
  if (fits) return compared(comparison, constant.value);
  const examples = Object.keys(ENUMS[family ?? 'SPAN_KIND'])
    .slice(1, 3)
    .join(', ');
  throw mismatch(comparison, `its enum (${examples}, …) or a whole number`);
}

function compared({ field, operator }: Comparison, literal: string | number): Condition {
  const negated = operator === '!=';
  const plain: ConditionOperator = operator === '!=' ? '==' : operator;
  const condition: Condition =
    typeof literal === 'string'
      ? { kind: 'text', field, operator: plain, literal }
      : { kind: 'number', field, operator: plain, literal };
  return negated ? { kind: 'not', operand: condition } : condition;
}

function mismatch({ context, node, spec }: Comparison, wanted: string): Error {
  const reason = `Cannot compare ${spec.path} so: compare it with ${wanted}`;
  return errorAt(context, node, 'predicate-type-mismatch', reason);
}
