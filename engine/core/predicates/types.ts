/** What checked conditions and values are: the small language both compilers (column closure and SQL) read. */
import type { RE2JS } from 're2js';
import type { Signal } from '../../../schemas/names.ts';
import type { PathName } from './paths.ts';
import type { ArithmeticOperator } from './syntax.ts';

/** Comparisons left after `!=` has become `not ==`, which OTTL's rules for nil and for unlike types make the same. */
export type ConditionOperator = '==' | '<' | '<=' | '>' | '>=';

/** A field of a record; `key` only for attributes. */
export interface Field {
  readonly path: PathName;
  readonly key?: string;
}

/** A sum of whole 64-bit numbers: fields, each added or subtracted, and one constant. */
export interface ExactSum {
  readonly terms: readonly { readonly field: Field; readonly sign: 1 | -1 }[];
  readonly constant: bigint;
}

/**
 * A number, or none. What the Collector would call an error (a division by zero, a text that is no number) is none,
 * and so is NaN.
 */
export type NumberValue =
  | { readonly kind: 'constant'; readonly value: number }
  /** The number a field is or, of an attribute or a body, the number its string form spells. */
  | { readonly kind: 'field'; readonly field: Field }
  /** The nearest double of a whole 64-bit number. */
  | { readonly kind: 'exact'; readonly sum: ExactSum }
  /** In doubles; `whole` division is cut toward zero. */
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly whole: boolean;
      readonly left: NumberValue;
      readonly right: NumberValue;
    }
  /** Cut toward zero. */
  | { readonly kind: 'truncated'; readonly operand: NumberValue }
  /** The number a text spells. */
  | { readonly kind: 'parsed'; readonly text: TextValue }
  /** Of a text in bytes. */
  | { readonly kind: 'length'; readonly text: TextValue };

/** A text, or none. */
export type TextValue =
  | { readonly kind: 'constant'; readonly value: string }
  /** The text a field is, or the string form of an attribute or a body. */
  | { readonly kind: 'field'; readonly field: Field }
  /** ASCII letters only. */
  | { readonly kind: 'case'; readonly to: 'lower' | 'upper'; readonly text: TextValue }
  /** In bytes; none when it reaches beyond the end or cuts a character. */
  | { readonly kind: 'substring'; readonly text: TextValue; readonly start: number; readonly length: number }
  /** The part at `index` between delimiters; none when there are fewer. */
  | { readonly kind: 'part'; readonly text: TextValue; readonly delimiter: string; readonly index: number }
  /** A whole number below 2^53 in decimal; none for others. */
  | { readonly kind: 'decimal'; readonly number: NumberValue };

/** A condition that looks at one text. None of them is true of no text. */
export type TextCondition =
  /** Against a literal, byte by byte. */
  | {
      readonly kind: 'text';
      readonly subject: TextValue;
      readonly operator: ConditionOperator;
      readonly literal: string;
    }
  /** The pattern is found somewhere in it. */
  | { readonly kind: 'match'; readonly subject: TextValue; readonly pattern: string; readonly regex: RE2JS }
  | { readonly kind: 'prefix' | 'suffix'; readonly subject: TextValue; readonly literal: string }
  /** It is there. */
  | { readonly kind: 'has-text'; readonly subject: TextValue };

/** A condition that looks at one number. None of them is true of no number. */
export type NumberCondition =
  | {
      readonly kind: 'number';
      readonly subject: NumberValue;
      readonly operator: ConditionOperator;
      readonly literal: number;
    }
  /** It is there. */
  | { readonly kind: 'has-number'; readonly subject: NumberValue };

/** A condition that looks at two values. Where both are absent, `==`, `<=` and `>=` hold, as OTTL's nil. */
export type PairCondition =
  | {
      readonly kind: 'texts';
      readonly operator: ConditionOperator;
      readonly left: TextValue;
      readonly right: TextValue;
    }
  | {
      readonly kind: 'numbers';
      readonly operator: ConditionOperator;
      readonly left: NumberValue;
      readonly right: NumberValue;
    };

/** A whole 64-bit number against zero, exactly; false when it is absent. */
export interface ExactCondition {
  readonly kind: 'exact';
  readonly sum: ExactSum;
  readonly operator: ConditionOperator;
}

/** A condition that reads fields. */
export type LeafCondition = TextCondition | NumberCondition | PairCondition | ExactCondition;

/** One condition. Every kind is total: it answers true or false for every record, never an error. */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | LeafCondition;

interface Checked {
  readonly signal: Signal;
  /** As written. */
  readonly text: string;
  /** Paths the tables do not hold; with any of them it works on the stream only. */
  readonly streamOnly: readonly PathName[];
}

/** A condition to ask of spans, log records or points. */
export interface RowCondition {
  readonly condition: Condition;
  /** It reads span events: a span fulfils it when it holds of one of its events, or of none where there are none. */
  readonly readsEvents: boolean;
}

/** A condition that has been read and checked for one signal. */
export interface Predicate extends Checked, RowCondition {}

/** A number of every record of one signal. */
export interface ValueExpression extends Checked {
  readonly value: NumberValue;
}

/** The tables of metric points. */
export const POINT_KINDS = ['gauge', 'sum', 'histogram', 'expHistogram', 'summary'] as const;
export type PointKind = (typeof POINT_KINDS)[number];
