/** The syntax tree of a condition or a value: what was written, with positions, before names and types are looked at. */

/** Comparison operators as written. */
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** Arithmetic operators as written. */
export type ArithmeticOperator = '+' | '-' | '*' | '/';

interface Located {
  /** Offset in the text. */
  readonly at: number;
}

/** `span.attributes["http.route"]`. */
export interface PathNode extends Located {
  readonly kind: 'path';
  /** Without keys: `span.attributes`. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
}

/** `Split(span.name, "/")[1]`. */
export interface CallNode extends Located {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly keys: readonly (string | number)[];
}

/** `STATUS_CODE_ERROR`. */
export interface SymbolNode extends Located {
  readonly kind: 'enum';
  readonly name: string;
}

export type LiteralNode =
  | (Located & { readonly kind: 'string'; readonly value: string })
  | (Located & { readonly kind: 'int'; readonly value: bigint })
  | (Located & { readonly kind: 'float'; readonly value: number })
  | (Located & { readonly kind: 'bool'; readonly value: boolean })
  | (Located & { readonly kind: 'nil' });

/** `left operator right`; `at` is the operator's place. */
export interface ArithmeticNode extends Located {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `left operator right`; `at` is the operator's place. */
export interface ComparisonNode extends Located {
  readonly kind: 'compare';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `and`, `or` and `not`; `at` is where the first operand or the word `not` begins. */
export type LogicNode =
  | (Located & { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] })
  | (Located & { readonly kind: 'not'; readonly operand: Expression });

/** Anything that was written; which of it is a condition and which a value is for the checker to say. */
export type Expression =
  | LogicNode
  | ComparisonNode
  | ArithmeticNode
  | PathNode
  | CallNode
  | SymbolNode
  | LiteralNode;
