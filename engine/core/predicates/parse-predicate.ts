/** From a condition's text to a checked predicate, and from a value's to a checked number. */
import type { Signal } from '../../../schemas/names.ts';
import { checkCall } from './check-call.ts';
import { checkComparison } from './check-comparison.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { checkValue } from './check-value.ts';
import { PredicateError } from './errors.ts';
import { fieldsOfCondition, fieldsOfNumber } from './fields.ts';
import { parseSyntax } from './parse-syntax.ts';
import { isEventPath, type PathName, pathSpec } from './paths.ts';
import type { Expression } from './syntax.ts';
import { asNumber, mismatch, type Typed } from './typed.ts';
import type { Condition, Field, Predicate, ValueExpression } from './types.ts';

/**
 * Reads and checks an OTTL condition over one signal (docs/predicates.md). Regular expressions are compiled here, once.
 *
 * @throws {PredicateError} with position and what to write instead.
 */
export function parsePredicate(text: string, signal: Signal): Predicate {
  const condition = checkCondition(syntaxOf(text), { text, signal });
  const fields = fieldsOfCondition(condition);
  const readsEvents = fields.some(({ path }) => isEventPath(path));
  return { signal, text, condition, readsEvents, streamOnly: streamOnlyPaths(fields, signal) };
}

/**
 * Reads and checks an OTTL value that is a number: `datapoint.value_double`, `span.attributes["ms"] / 1000`. Durations
 * and times are their nanoseconds.
 *
 * @throws {PredicateError} with position; also when the value is no number, a literal, or reads span events, of which a
 * span may have many.
 */
export function parseValue(text: string, signal: Signal): ValueExpression {
  const context = { text, signal };
  const node = syntaxOf(text);
  const typed = checkValue(node, context);
  const counted: Typed = typed.type === 'exact' ? { ...typed, unit: 'count' } : typed;
  const value = asNumber(counted, node, context)?.value;
  if (value === undefined) throw mismatch(context, node, `Cannot use ${typed.name} as a number`);
  const fields = fieldsOfNumber(value);
  if (fields.length === 0) throw mismatch(context, node, 'Cannot measure a literal: write a path');
  if (fields.some(({ path }) => isEventPath(path))) {
    const reason = 'Cannot measure span events: a span may have many of them';
    throw errorAt(context, node, 'predicate-unsupported', reason);
  }
  return { signal, text, value, streamOnly: streamOnlyPaths(fields, signal) };
}

function syntaxOf(text: string): Expression {
  if (text.isWellFormed()) return parseSyntax(text);
  const reason = 'Cannot read the condition: it is not Unicode';
  throw new PredicateError('predicate-syntax', reason, { text, at: 0 });
}

function checkCondition(expression: Expression, context: CheckContext): Condition {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return {
        kind: expression.kind,
        operands: expression.operands.map((operand) => checkCondition(operand, context)),
      };
    case 'not':
      return { kind: 'not', operand: checkCondition(expression.operand, context) };
    case 'compare':
      return checkComparison(expression, context);
    case 'bool':
      return { kind: 'constant', value: expression.value };
    case 'call':
      return checkCall(expression, context);
    default: {
      const shown = expression.kind === 'path' ? expression.path : 'this';
      const reason = `Cannot use ${shown} as a condition: compare it with something`;
      throw mismatch(context, expression, reason);
    }
  }
}

function streamOnlyPaths(fields: readonly Field[], signal: Signal): readonly PathName[] {
  const paths = new Set(fields.map(({ path }) => path));
  return [...paths].filter((path) => pathSpec(path)?.streamOnly?.includes(signal) === true);
}
