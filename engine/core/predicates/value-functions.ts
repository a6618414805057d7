/** The functions that make values: what each takes and what it gives. */
import { suggestion } from '../nearest-name.ts';
import { BOOLEAN_FUNCTION_NAMES, isBooleanFunction } from './boolean-function-names.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { sumOfConstant } from './exact-sum.ts';
import { goDurationNanos } from './go-duration.ts';
import type { CallNode } from './syntax.ts';
import { TIME_DIRECTIVES, timeNanos } from './time-text.ts';
import {
  asNumber,
  asText,
  type ExactTyped,
  isConstant,
  literalText,
  mismatch,
  type NumberTyped,
  type TextTyped,
  type Typed,
} from './typed.ts';
import type { NumberValue, TextValue } from './types.ts';

/** One call: the node, its arguments, and for messages how it is written. */
interface Call {
  readonly node: CallNode;
  readonly args: readonly Typed[];
  readonly context: CheckContext;
}

interface ValueFunction {
  readonly form: string;
  readonly count: number;
  /** Takes one index behind it. */
  readonly indexed?: true;
  readonly check: (call: Call) => Typed;
}

const VALUE_FUNCTIONS: Readonly<Record<string, ValueFunction>> = {
  Duration: { form: 'Duration("200ms")', count: 1, check: duration },
  Time: { form: 'Time("2026-01-31", "%Y-%m-%d")', count: 2, check: time },
  Int: { form: 'Int(value)', count: 1, check: int },
  Double: { form: 'Double(value)', count: 1, check: double },
  String: { form: 'String(value)', count: 1, check: string },
  Len: { form: 'Len(text)', count: 1, check: length },
  ConvertCase: { form: 'ConvertCase(text, "lower")', count: 2, check: convertCase },
  Substring: { form: 'Substring(text, start, length)', count: 3, check: substring },
  Split: { form: 'Split(text, ",")[0]', count: 2, indexed: true, check: split },
};

/**
 * The value of a call. `args` checks the arguments; it is asked only when their number is right.
 *
 * @throws {PredicateError} for an unknown function or wrong arguments.
 */
export function callFunction(node: CallNode, args: () => readonly Typed[], context: CheckContext): Typed {
  const called = valueFunction(node.name);
  if (called === undefined) {
    if (!isBooleanFunction(node.name)) throw unknownFunction(node, context);
    const reason = `Cannot compare ${node.name}: it is true or false by itself, write it alone or after not`;
    throw errorAt(context, node, 'predicate-unsupported', reason);
  }
  expectArguments(node, called.count, called.form, context);
  if (called.indexed !== true && node.keys.length > 0) {
    throw errorAt(context, node, 'predicate-unsupported', `Cannot index ${node.name}: it is one value`);
  }
  return called.check({ node, args: args(), context });
}

/** True for the functions that make values. */
export function isValueFunction(name: string): boolean {
  return valueFunction(name) !== undefined;
}

function valueFunction(name: string): ValueFunction | undefined {
  return Object.hasOwn(VALUE_FUNCTIONS, name) ? VALUE_FUNCTIONS[name] : undefined;
}

/** The error for a function that does not exist here. */
export function unknownFunction(call: CallNode, context: CheckContext): Error {
  const names = [...BOOLEAN_FUNCTION_NAMES, ...Object.keys(VALUE_FUNCTIONS)];
  const advice = suggestion(call.name, names) || `, known are ${names.join(', ')}`;
  const reason = `Cannot find the function ${call.name}${advice}`;
  return errorAt(context, call, 'predicate-unknown-function', reason);
}

/** @throws {PredicateError} when a call has not exactly `count` arguments. */
export function expectArguments(call: CallNode, count: number, form: string, context: CheckContext): void {
  if (call.args.length === count) return;
  throw mismatch(context, call, `Cannot call ${call.name} with ${call.args.length} arguments: write ${form}`);
}

function duration({ node, args, context }: Call): ExactTyped {
  const text = literalText(args[0]);
  const nanos = text === undefined ? undefined : goDurationNanos(text);
  if (nanos !== undefined && BigInt.asIntN(64, nanos) === nanos) return moment('duration', nanos);
  const reason =
    'Cannot read the duration: write it as in Duration("200ms"), with units ns, us, ms, s, m, h, below 2562047h';
  throw errorAt(context, node.args[0] ?? node, 'predicate-invalid-literal', reason);
}

function time({ node, args, context }: Call): ExactTyped {
  const [text, format] = args.map(literalText);
  const nanos = text === undefined || format === undefined ? undefined : timeNanos(text, format);
  if (nanos !== undefined && BigInt.asIntN(64, nanos) === nanos) return moment('time', nanos);
  const reason = `Cannot read the time: write two texts, as in Time("2026-01-31 12:00:00", "%F %T"), with ${TIME_DIRECTIVES}`;
  throw errorAt(context, node.args[0] ?? node, 'predicate-invalid-literal', reason);
}

function moment(unit: 'duration' | 'time', nanos: bigint): ExactTyped {
  return { type: 'exact', name: `a ${unit}`, nullable: false, unit, sum: sumOfConstant(nanos) };
}

/** Nanoseconds of times and durations; of texts and floats what is before the point. */
function int(call: Call): Typed {
  const [argument] = call.args as [Typed];
  if (argument.type === 'exact') return { ...argument, unit: 'count' };
  const { nullable, value, whole } = number(call);
  if (whole) return { type: 'number', name: 'Int(…)', nullable, whole, value };
  return {
    type: 'number',
    name: 'Int(…)',
    nullable,
    whole: true,
    value: { kind: 'truncated', operand: value },
  };
}

function double(call: Call): NumberTyped {
  const { nullable, value } = number(call);
  return { type: 'number', name: 'Double(…)', nullable, whole: false, value };
}

function number({ node, args, context }: Call): NumberTyped {
  const [argument] = args as [Typed];
  const place = node.args[0] ?? node;
  const plain: Typed = argument.type === 'exact' ? { ...argument, unit: 'count' } : argument;
  if (!isConstant(plain)) {
    const converted = asNumber(plain, place, context);
    if (converted !== undefined) return converted;
    const text = asText(plain);
    if (text !== undefined) {
      return {
        type: 'number',
        name: plain.name,
        nullable: true,
        whole: false,
        value: { kind: 'parsed', text },
      };
    }
  }
  const reason = `Cannot use ${node.name} on ${argument.name}: it takes a path or a calculated value`;
  throw mismatch(context, place, reason);
}

function string(call: Call): TextTyped {
  const { node, args, context } = call;
  const [argument] = args as [Typed];
  const place = node.args[0] ?? node;
  const text = isConstant(argument) ? undefined : asText(argument);
  if (text !== undefined)
    return { type: 'text', name: 'String(…)', nullable: argument.nullable, value: text };
  const whole = isConstant(argument) ? undefined : asNumber(argument, place, context);
  if (whole?.whole === true && !readsText(whole.value)) {
    return {
      type: 'text',
      name: 'String(…)',
      nullable: true,
      value: { kind: 'decimal', number: whole.value },
    };
  }
  const reason = `Cannot use String on ${argument.name}: it takes a text, an attribute or a whole number that is not made of texts`;
  throw mismatch(context, place, reason);
}

/** It is made with functions of texts: numbers and texts that are made of each other could grow without end in SQL. */
function readsText(value: NumberValue): boolean {
  switch (value.kind) {
    case 'parsed':
    case 'length':
      return true;
    case 'truncated':
      return readsText(value.operand);
    case 'arithmetic':
      return readsText(value.left) || readsText(value.right);
    default:
      return false;
  }
}

function length(call: Call): NumberTyped {
  const { text, nullable } = target(call);
  return { type: 'number', name: 'Len(…)', nullable, whole: true, value: { kind: 'length', text } };
}

function convertCase(call: Call): TextTyped {
  const { node, args, context } = call;
  const { text, nullable } = target(call);
  const to = literalText(args[1]);
  if (to === 'lower' || to === 'upper') return computed(call, nullable, { kind: 'case', to, text });
  const reason = 'Cannot convert to this case: write "lower" or "upper"';
  throw errorAt(context, node.args[1] ?? node, 'predicate-unsupported', reason);
}

const MOST_BYTES = 0xffff_ffff;

function substring(call: Call): TextTyped {
  const { node, context } = call;
  const { text } = target(call);
  const start = literalInt(call, 1);
  const wanted = literalInt(call, 2);
  if (start !== undefined && wanted !== undefined && start >= 0 && wanted > 0) {
    return computed(call, true, { kind: 'substring', text, start, length: wanted });
  }
  const place = node.args[start === undefined || start < 0 ? 1 : 2] ?? node;
  const reason =
    'Cannot cut so: start and length are whole literals in bytes, the length at least 1, as in Substring(path, 0, 3)';
  throw errorAt(context, place, 'predicate-invalid-literal', reason);
}

function literalInt({ args }: Call, index: number): number | undefined {
  const typed = args[index];
  if (typed?.type !== 'exact' || typed.unit !== 'count' || !isConstant(typed)) return undefined;
  const value = Number(typed.sum.constant);
  return Math.abs(value) <= MOST_BYTES ? value : undefined;
}

function split(call: Call): TextTyped {
  const { node, args, context } = call;
  const { text } = target(call);
  const delimiter = literalText(args[1]);
  if (delimiter === undefined || delimiter === '') {
    const reason = 'Cannot split by this: the delimiter is a text in double quotes, and not empty';
    throw errorAt(context, node.args[1] ?? node, 'predicate-invalid-literal', reason);
  }
  const [index, ...more] = node.keys;
  if (typeof index !== 'number' || more.length > 0 || index > MOST_BYTES) {
    const reason = 'Cannot use all parts of Split: name one by its number, as in Split(path, ",")[0]';
    throw errorAt(context, node, 'predicate-unsupported', reason);
  }
  return computed(call, true, { kind: 'part', text, delimiter, index });
}

function computed({ node }: Call, nullable: boolean, value: TextValue): TextTyped {
  return { type: 'text', name: `${node.name}(…)`, nullable, value };
}

/** The first argument, which is a text that depends on the record. */
function target({ node, args, context }: Call): { readonly text: TextValue; readonly nullable: boolean } {
  const [argument] = args as [Typed];
  const text = targetText(argument, node, context);
  return { text, nullable: argument.nullable };
}

/**
 * The text a function looks at.
 *
 * @throws {PredicateError} for a literal, and for what is no text.
 */
export function targetText(argument: Typed, node: CallNode, context: CheckContext): TextValue {
  const place = node.args[0] ?? node;
  if (isConstant(argument)) {
    throw mismatch(context, place, `The first argument of ${node.name} must be a path`);
  }
  const text = asText(argument);
  if (text !== undefined) return text;
  const reason = `Cannot use ${node.name} on ${argument.name}: it is no text, compare it with a number`;
  throw mismatch(context, place, reason);
}
