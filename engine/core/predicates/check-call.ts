/** The functions that are conditions: what each takes and what condition it makes. */
import { RE2JS } from 're2js';
import { type BooleanFunctionName, isBooleanFunction } from './boolean-function-names.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { checkValue } from './check-value.ts';
import { MAX_PATTERN_SIZE, patternSize } from './pattern-size.ts';
import { resolvePath } from './resolve-path.ts';
import type { CallNode, Expression } from './syntax.ts';
import { literalText, mismatch } from './typed.ts';
import type { Condition, TextValue } from './types.ts';
import { expectArguments, isValueFunction, targetText, unknownFunction } from './value-functions.ts';

type Check = (call: CallNode, context: CheckContext) => Condition;

const BOOLEAN_FUNCTIONS: Readonly<Record<BooleanFunctionName, Check>> = {
  IsMatch: (call, context) => {
    const { subject, literal } = targetAndText(call, context);
    return { kind: 'match', subject, pattern: literal, regex: compilePattern(call, literal, context) };
  },
  HasPrefix: (call, context) => ({ kind: 'prefix', ...targetAndText(call, context) }),
  HasSuffix: (call, context) => ({ kind: 'suffix', ...targetAndText(call, context) }),
  IsRootSpan: (call, context) => {
    expectArguments(call, 0, 'IsRootSpan()', context);
    const node = { kind: 'path', path: 'span.parent_span_id.string', keys: [], at: call.at } as const;
    const { field } = resolvePath(node, context);
    return { kind: 'text', subject: { kind: 'field', field }, operator: '==', literal: '0'.repeat(16) };
  },
};

/**
 * The condition a boolean function makes.
 *
 * @throws {PredicateError} for an unknown function, wrong arguments or an invalid pattern.
 */
export function checkCall(call: CallNode, context: CheckContext): Condition {
  if (!isBooleanFunction(call.name)) {
    if (!isValueFunction(call.name)) throw unknownFunction(call, context);
    const example = call.name === 'Duration' ? 'compare span.duration with it' : 'compare it with something';
    throw mismatch(context, call, `Cannot use ${call.name} as a condition: ${example}`);
  }
  if (call.keys.length === 0) return BOOLEAN_FUNCTIONS[call.name](call, context);
  throw errorAt(context, call, 'predicate-unsupported', `Cannot index ${call.name}: it is true or false`);
}

function targetAndText(
  call: CallNode,
  context: CheckContext,
): { readonly subject: TextValue; readonly literal: string } {
  expectArguments(call, 2, `${call.name}(path, "text")`, context);
  const [target, text] = call.args as [Expression, Expression];
  const subject = targetText(checkValue(target, context), call, context);
  const literal = literalText(checkValue(text, context));
  if (literal !== undefined) return { subject, literal };
  throw mismatch(context, text, `The second argument of ${call.name} must be a text in double quotes`);
}

function compilePattern(call: CallNode, pattern: string, context: CheckContext): RE2JS {
  if (patternSize(pattern) > MAX_PATTERN_SIZE) {
    const reason = `Cannot use the pattern: with its repetitions written out it has more than ${MAX_PATTERN_SIZE} parts`;
    throw errorAt(context, call.args[1] ?? call, 'predicate-too-large', reason);
  }
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
