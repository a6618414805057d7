/** What every checking step needs to know of the condition it is in. */
import type { Signal } from '../../../schemas/names.ts';
import { PredicateError, type PredicateErrorCode } from './errors.ts';

export interface CheckContext {
  readonly text: string;
  readonly signal: Signal;
}

/** The error at a node of the condition. */
export function errorAt(
  context: CheckContext,
  node: { readonly at: number },
  code: PredicateErrorCode,
  reason: string,
): PredicateError {
  return new PredicateError(code, reason, { text: context.text, at: node.at });
}
