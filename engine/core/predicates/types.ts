/** What a checked condition is: the small language both compilers (column closure and SQL) read. */
import type { RE2JS } from 're2js';
import type { Signal } from '../../../schemas/names.ts';
import type { PathName } from './paths.ts';

/** Comparisons left after `!=` has become `not ==`, which OTTL's rules for nil and for unlike types make the same. */
export type ConditionOperator = '==' | '<' | '<=' | '>' | '>=';

/** A field of a record; `key` only for attributes. */
export interface Field {
  readonly path: PathName;
  readonly key?: string;
}

/**
 * One condition. Every kind is total: it answers true or false for every record, never an error.
 * An absent attribute is false in every kind that reads it.
 */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  /** The field is not nil. */
  | { readonly kind: 'present'; readonly field: Field }
  /** The field's string form against a text, byte by byte. */
  | {
      readonly kind: 'text';
      readonly field: Field;
      readonly operator: ConditionOperator;
      readonly literal: string;
    }
  /** The field's number against a number; false when the field holds none. */
  | {
      readonly kind: 'number';
      readonly field: Field;
      readonly operator: ConditionOperator;
      readonly literal: number;
    }
  /** The pattern is found somewhere in the field's string form. */
  | {
      readonly kind: 'match';
      readonly field: Field;
      readonly pattern: string;
      readonly regex: RE2JS;
    }
  | { readonly kind: 'prefix' | 'suffix'; readonly field: Field; readonly literal: string };

/** A condition that has been read and checked for one signal. */
export interface Predicate {
  readonly signal: Signal;
  /** As written. */
  readonly text: string;
  readonly condition: Condition;
  /** Paths the tables do not hold; with any of them the predicate works on the stream only. */
  readonly streamOnly: readonly PathName[];
}

/** The tables of metric points. */
export const POINT_KINDS = ['gauge', 'sum', 'histogram', 'expHistogram', 'summary'] as const;
export type PointKind = (typeof POINT_KINDS)[number];
