/** From a condition's text to a checked predicate. */
import type { Signal } from '../../../schemas/names.ts';
import { checkCall } from './check-call.ts';
import { checkComparison } from './check-comparison.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { PredicateError } from './errors.ts';
import { parseSyntax } from './parse-syntax.ts';
import { type PathName, pathSpec } from './paths.ts';
import type { Expression } from './syntax.ts';
import type { Condition, Predicate } from './types.ts';

/**
 * Reads and checks an OTTL condition over one signal (docs/predicates.md). Regular expressions are compiled here, once.
 *
 * @throws {PredicateError} with position and what to write instead.
 */
export function parsePredicate(text: string, signal: Signal): Predicate {
  if (!text.isWellFormed()) {
    throw new PredicateError('predicate-syntax', 'Cannot read the condition: it is not Unicode', {
      text,
      at: 0,
    });
  }
  const condition = checkExpression(parseSyntax(text), { text, signal });
  const streamOnly = [...pathsRead(condition)].filter((path) => pathSpec(path)?.streamOnly === true);
  return { signal, text, condition, streamOnly };
}

function checkExpression(expression: Expression, context: CheckContext): Condition {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return {
        kind: expression.kind,
        operands: expression.operands.map((operand) => checkExpression(operand, context)),
      };
    case 'not':
      return { kind: 'not', operand: checkExpression(expression.operand, context) };
    case 'compare':
      return checkComparison(expression, context);
    case 'bool':
      return { kind: 'constant', value: expression.value };
    case 'call':
      return checkCall(expression, context);
    default:
      throw errorAt(
        context,
        expression,
        'predicate-type-mismatch',
        `Cannot use ${expression.kind === 'path' ? expression.path : 'this'} as a condition: compare it with something`,
      );
  }
}

function pathsRead(condition: Condition): Set<PathName> {
  switch (condition.kind) {
    case 'constant':
      return new Set();
    case 'and':
    case 'or':
      return new Set(condition.operands.flatMap((operand) => [...pathsRead(operand)]));
    case 'not':
      return pathsRead(condition.operand);
    default:
      return new Set([condition.field.path]);
  }
}
