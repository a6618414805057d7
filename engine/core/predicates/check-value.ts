/** Values: literals, paths, arithmetic and functions, each with its type. */
import { suggestion } from '../nearest-name.ts';
import { checkArithmetic } from './check-arithmetic.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { enumNames, enumSymbol } from './enums.ts';
import { sumOfConstant, sumOfField } from './exact-sum.ts';
import { type ResolvedPath, resolvePath } from './resolve-path.ts';
import type { Expression } from './syntax.ts';
import { type ExactTyped, mismatch, type Typed } from './typed.ts';
import { callFunction } from './value-functions.ts';

const MOST = 2n ** 63n;

/**
 * The value an expression stands for.
 *
 * @throws {PredicateError} when a name is unknown, types do not fit, or it is a condition.
 */
export function checkValue(node: Expression, context: CheckContext): Typed {
  switch (node.kind) {
    case 'string':
      return {
        type: 'text',
        name: 'a text',
        nullable: false,
        value: { kind: 'constant', value: node.value },
      };
    case 'bool':
      return { type: 'bool', name: String(node.value), nullable: false, value: node.value };
    case 'nil':
      return { type: 'nil', name: 'nil', nullable: true };
    case 'int':
      if (node.value >= -MOST && node.value < MOST) return constant(node.value);
      throw errorAt(context, node, 'predicate-invalid-literal', 'Cannot hold the integer: it has 64 bits');
    case 'float':
      if (!Number.isFinite(node.value))
        throw errorAt(context, node, 'predicate-invalid-literal', 'Cannot hold the number: it is too large');
      return {
        type: 'number',
        name: 'a number',
        nullable: false,
        whole: false,
        value: { kind: 'constant', value: node.value },
      };
    case 'enum': {
      const symbol = enumSymbol(node.name);
      if (symbol !== undefined) return { ...constant(BigInt(symbol.value)), family: symbol.family };
      const reason = `Cannot find the enum ${node.name}${suggestion(node.name, enumNames())}`;
      throw errorAt(context, node, 'predicate-unknown-enum', reason);
    }
    case 'path':
      return typedPath(resolvePath(node, context));
    case 'arithmetic': {
      const sides = [checkValue(node.left, context), checkValue(node.right, context)] as const;
      return checkArithmetic(node, sides, context);
    }
    case 'call':
      return callFunction(node, () => node.args.map((argument) => checkValue(argument, context)), context);
    default:
      throw mismatch(context, node, 'Cannot use a condition as a value: join conditions with and, or, not');
  }
}

function constant(value: bigint): ExactTyped {
  return {
    type: 'exact',
    name: 'a whole number',
    nullable: false,
    unit: 'count',
    sum: sumOfConstant(value),
  };
}

function typedPath({ spec, field }: ResolvedPath): Typed {
  const described = { name: spec.path, nullable: spec.nullable === true };
  switch (spec.type) {
    case 'any':
      return { ...described, type: 'any', field };
    case 'string':
      return { ...described, type: 'text', value: { kind: 'field', field } };
    case 'id':
      return { ...described, type: 'id', field, digits: (spec.idBytes ?? 0) * 2 };
    case 'number':
    case 'enum': {
      const whole = spec.type === 'enum' || spec.whole === true;
      return { ...described, type: 'number', value: { kind: 'field', field }, whole, family: spec.family };
    }
    case 'flag':
      return { ...described, type: 'flag', field };
    case 'count':
    case 'duration':
    case 'time':
      return { ...described, type: 'exact', unit: spec.type, sum: sumOfField(field) };
  }
}
