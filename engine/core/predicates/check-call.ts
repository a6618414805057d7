/** The functions of the language: what each takes and what condition it makes. */
import { RE2JS } from 're2js';
import { suggestion } from '../nearest-name.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { goDurationNanos } from './go-duration.ts';
import { resolvePath } from './resolve-path.ts';
import type { CallNode, Operand } from './syntax.ts';
import type { Condition, Field } from './types.ts';

/** `Duration("…")`: a literal, of use only beside `span.duration`. */
export const DURATION_FUNCTION = 'Duration';

type Check = (call: CallNode, context: CheckContext) => Condition;

const BOOLEAN_FUNCTIONS: Readonly<Record<string, Check>> = {
  IsMatch: (call, context) => {
    const { field, literal } = targetAndText(call, context);
    return { kind: 'match', field, pattern: literal, regex: compilePattern(call, literal, context) };
  },
  HasPrefix: (call, context) => ({ kind: 'prefix', ...targetAndText(call, context) }),
  HasSuffix: (call, context) => ({ kind: 'suffix', ...targetAndText(call, context) }),
  IsRootSpan: (call, context) => {
    expectArguments(call, 0, 'IsRootSpan()', context);
    const node = { kind: 'path', path: 'span.parent_span_id.string', keys: [], at: call.at } as const;
    const { field } = resolvePath(node, context);
    return { kind: 'text', field, operator: '==', literal: '0'.repeat(16) };
  },
};

/**
 * The condition a boolean function makes.
 *
 * @throws {PredicateError} for an unknown function, wrong arguments or an invalid pattern.
 */
export function checkCall(call: CallNode, context: CheckContext): Condition {
  const check = Object.hasOwn(BOOLEAN_FUNCTIONS, call.name) ? BOOLEAN_FUNCTIONS[call.name] : undefined;
  if (check !== undefined) return check(call, context);
  if (call.name === DURATION_FUNCTION) {
    const reason = 'Cannot use Duration as a condition: compare span.duration with it';
    throw errorAt(context, call, 'predicate-type-mismatch', reason);
  }
  throw unknownFunction(call, context);
}

/** True for functions that answer true or false by themselves. */
export function isBooleanFunction(name: string): boolean {
  return Object.hasOwn(BOOLEAN_FUNCTIONS, name);
}

/** The error for a function that does not exist here. */
export function unknownFunction(call: CallNode, context: CheckContext): Error {
  const names = [...Object.keys(BOOLEAN_FUNCTIONS), DURATION_FUNCTION];
  const advice = suggestion(call.name, names) || `, known are ${names.join(', ')}`;
  return errorAt(
    context,
    call,
    'predicate-unknown-function',
    `Cannot find the function ${call.name}${advice}`,
  );
}

/**
 * Nanoseconds of `Duration("200ms")`.
 *
 * @throws {PredicateError} when the argument is not one text in Go's duration form.
 */
export function checkDuration(call: CallNode, context: CheckContext): bigint {
  expectArguments(call, 1, 'Duration("200ms")', context);
  const [argument] = call.args;
  const nanos = argument?.kind === 'string' ? goDurationNanos(argument.value) : undefined;
  if (nanos !== undefined) return nanos;
  const reason = 'Cannot read the duration: write it as in Duration("200ms"), with units ns, us, ms, s, m, h';
  throw errorAt(context, argument ?? call, 'predicate-invalid-literal', reason);
}

function targetAndText(call: CallNode, context: CheckContext): { field: Field; literal: string } {
  expectArguments(call, 2, `${call.name}(path, "text")`, context);
  const [target, text] = call.args as [Operand, Operand];
  if (target.kind !== 'path') {
    throw errorAt(
      context,
      target,
      'predicate-type-mismatch',
      `The first argument of ${call.name} must be a path`,
    );
  }
  const { field, spec } = resolvePath(target, context);
  if (spec.type !== 'any' && spec.type !== 'string' && spec.type !== 'id') {
    const reason = `Cannot use ${call.name} on ${spec.path}: it is no text, compare it with a number`;
    throw errorAt(context, target, 'predicate-type-mismatch', reason);
  }
  if (text.kind !== 'string') {
    const reason = `The second argument of ${call.name} must be a text in double quotes`;
    throw errorAt(context, text, 'predicate-type-mismatch', reason);
  }
  return { field, literal: text.value };
}

function expectArguments(call: CallNode, count: number, form: string, context: CheckContext): void {
  if (call.args.length === count) return;
  const reason = `Cannot call ${call.name} with ${call.args.length} arguments: write ${form}`;
  throw errorAt(context, call, 'predicate-type-mismatch', reason);
}

function compilePattern(call: CallNode, pattern: string, context: CheckContext): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw errorAt(
      context,
      call.args[1] ?? call,
      'predicate-invalid-pattern',
      `Cannot use the pattern (RE2 syntax, no look-around or back-references): ${cause}`,
    );
  }
}
