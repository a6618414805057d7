/** Checked values with their types, on the way to conditions. */
import { type CheckContext, errorAt } from './check-context.ts';
import type { EnumFamily } from './enums.ts';
import type { PredicateError } from './errors.ts';
import type { ExactSum, Field, NumberValue, TextValue } from './types.ts';

/** What a whole 64-bit number counts: things, nanoseconds between two times, nanoseconds since the epoch. */
export type ExactUnit = 'count' | 'duration' | 'time';

interface Described {
  /** How messages call it. */
  readonly name: string;
  /** It may be nil. */
  readonly nullable: boolean;
}

export type AnyTyped = Described & { readonly type: 'any'; readonly field: Field };
export type TextTyped = Described & { readonly type: 'text'; readonly value: TextValue };
export type IdTyped = Described & { readonly type: 'id'; readonly field: Field; readonly digits: number };
export type NumberTyped = Described & {
  readonly type: 'number';
  readonly value: NumberValue;
  readonly whole: boolean;
  /** Of an enum's field. */
  readonly family?: EnumFamily | undefined;
};
export type ExactTyped = Described & {
  readonly type: 'exact';
  readonly unit: ExactUnit;
  readonly sum: ExactSum;
  /** Of an enum's symbol. */
  readonly family?: EnumFamily | undefined;
};
export type FlagTyped = Described & { readonly type: 'flag'; readonly field: Field };
export type BoolTyped = Described & { readonly type: 'bool'; readonly value: boolean };
export type NilTyped = Described & { readonly type: 'nil' };

export type Typed =
  | AnyTyped
  | TextTyped
  | IdTyped
  | NumberTyped
  | ExactTyped
  | FlagTyped
  | BoolTyped
  | NilTyped;

/** Where something stands. */
export interface Place {
  readonly at: number;
}

/** True for literals and what was calculated from literals alone. */
export function isConstant(typed: Typed): boolean {
  switch (typed.type) {
    case 'text':
    case 'number':
      return typed.value.kind === 'constant';
    case 'exact':
      return typed.sum.terms.length === 0;
    default:
      return typed.type === 'bool' || typed.type === 'nil';
  }
}

/** A literal text's content; undefined for anything else. */
export function literalText(typed: Typed | undefined): string | undefined {
  return typed?.type === 'text' && typed.value.kind === 'constant' ? typed.value.value : undefined;
}

/** As a text; undefined for what has none. */
export function asText(typed: Typed): TextValue | undefined {
  if (typed.type === 'text') return typed.value;
  return typed.type === 'any' || typed.type === 'id' ? { kind: 'field', field: typed.field } : undefined;
}

/**
 * As a number in doubles; undefined for what is none, times and durations included.
 *
 * @throws {PredicateError} for an integer literal that doubles cannot tell from its neighbours.
 */
export function asNumber(typed: Typed, place: Place, context: CheckContext): NumberTyped | undefined {
  const { name, nullable } = typed;
  switch (typed.type) {
    case 'number':
      return typed;
    case 'any':
      return {
        type: 'number',
        name,
        nullable: true,
        whole: false,
        value: { kind: 'field', field: typed.field },
      };
    case 'exact': {
      if (typed.unit !== 'count') return undefined;
      const value: NumberValue = isConstant(typed)
        ? { kind: 'constant', value: exactNumber(typed.sum.constant, place, context) }
        : { kind: 'exact', sum: typed.sum };
      return { type: 'number', name, nullable, whole: true, value };
    }
    default:
      return undefined;
  }
}

/** Below 2^53 a comparison with the nearest double of any 64-bit value is exact; from there on it might not be. */
function exactNumber(value: bigint, place: Place, context: CheckContext): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  const reason =
    'Cannot compare with an integer of 2^53 or more: compare the text, write it in double quotes';
  throw errorAt(context, place, 'predicate-invalid-literal', reason);
}

/** The error for a value of a type that does not go here. */
export function mismatch(context: CheckContext, place: Place, reason: string): PredicateError {
  return errorAt(context, place, 'predicate-type-mismatch', reason);
}
