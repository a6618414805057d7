/** The syntax tree of a condition: what was written, with positions, before names and types are looked at. */

/** Comparison operators as written. */
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

interface Located {
  /** Offset in the condition. */
  readonly at: number;
}

/** `span.attributes["http.route"]`. */
export interface PathNode extends Located {
  readonly kind: 'path';
  /** Without keys: `span.attributes`. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
}

/** `IsMatch(span.name, "^GET")`. */
export interface CallNode extends Located {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Operand[];
}

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

/** What stands on a side of a comparison or between a function's parentheses. */
export type Operand = PathNode | CallNode | SymbolNode | LiteralNode;

export interface ComparisonNode extends Located {
  readonly kind: 'compare';
  readonly operator: ComparisonOperator;
  readonly left: Operand;
  readonly right: Operand;
}

/** Something that is true or false. A bare operand must turn out to be a bool literal or a boolean function. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | ComparisonNode
  | Operand;
