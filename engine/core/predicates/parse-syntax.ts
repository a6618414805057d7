/**
 * OTTL's grammar of conditions and values by recursive descent. A parenthesis may hold either, so one grammar reads
 * both and the checker tells them apart.
 *
 *     or         = and { "or" and }
 *     and        = not { "and" not }
 *     not        = [ "not" ] comparison
 *     comparison = sum [ operator sum ]
 *     sum        = product { ( "+" | "-" ) product }
 *     product    = signed { ( "*" | "/" ) signed }
 *     signed     = { "+" | "-" } primary
 *     primary    = "(" or ")" | path | call | ENUM | string | int | float | "true" | "false" | "nil"
 *     path       = name { "." name } keys
 *     call       = Name "(" [ sum { "," sum } ] ")" keys
 *     keys       = { "[" ( string | int ) "]" }
 */
import { PredicateError, type PredicateErrorCode } from './errors.ts';
import { unquote } from './string-literal.ts';
import type { ArithmeticOperator, CallNode, ComparisonOperator, Expression, PathNode } from './syntax.ts';
import { type Token, tokenize } from './tokens.ts';

/** Deepest nesting of parentheses, calls and arithmetic read. */
export const MAX_PREDICATE_DEPTH = 64;

const KEYWORDS = new Set(['and', 'or', 'not', 'true', 'false', 'nil', 'where']);
const SUM_SIGNS = new Set(['+', '-']);
const PRODUCT_SIGNS = new Set(['*', '/']);

/**
 * Reads a whole condition or value.
 *
 * @throws {PredicateError} when it is none; names and types are not looked at yet.
 */
export function parseSyntax(text: string): Expression {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  /** How many operations lie on top of each other below an arithmetic node: a chain is as deep as it is long. */
  readonly #heights = new WeakMap<Expression, number>();
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): Expression {
    if (this.#token.kind === 'end')
      throw this.#error('the condition is empty: write true to count everything');
    const expression = this.#or();
    if (!this.#ended()) throw this.#error(`found ${this.#shown()} where and, or, or the end must come`);
    return expression;
  }

  #or(): Expression {
    const { at } = this.#token;
    const first = this.#and();
    if (!this.#at('or')) return first;
    const operands = [first];
    while (this.#take('or')) operands.push(this.#and());
    return { kind: 'or', operands, at };
  }

  #and(): Expression {
    const { at } = this.#token;
    const first = this.#not();
    if (!this.#at('and')) return first;
    const operands = [first];
    while (this.#take('and')) operands.push(this.#not());
    return { kind: 'and', operands, at };
  }

  #not(): Expression {
    const { at } = this.#token;
    if (!this.#take('not')) return this.#comparison();
    if (this.#at('not')) throw this.#error('not cannot follow not');
    return { kind: 'not', operand: this.#comparison(), at };
  }

  #comparison(): Expression {
    const left = this.#chain(SUM_SIGNS, () => this.#product());
    const { kind, text: operator, at } = this.#token;
    if (kind !== 'comparison') return left;
    this.#position++;
    const right = this.#chain(SUM_SIGNS, () => this.#product());
    if (this.#token.kind === 'comparison')
      throw this.#error('comparisons cannot be chained: join two with and');
    return { kind: 'compare', operator: operator as ComparisonOperator, left, right, at };
  }

  #product(): Expression {
    return this.#chain(PRODUCT_SIGNS, () => this.#signed());
  }

  /** Operands with signs of one precedence between them, from left to right. */
  #chain(signs: ReadonlySet<string>, operand: () => Expression): Expression {
    let left = operand();
    while (this.#token.kind === 'arithmetic' && signs.has(this.#token.text)) {
      const { text: operator, at } = this.#token;
      this.#position++;
      left = this.#arithmetic(operator as ArithmeticOperator, [left, operand()], at);
    }
    return left;
  }

  #signed(): Expression {
    const { kind, text, at } = this.#token;
    if (kind !== 'arithmetic' || !SUM_SIGNS.has(text)) return this.#primary();
    this.#position++;
    const operand = this.#nested(() => this.#signed());
    if (text === '+') return operand;
    if (operand.kind === 'int') return { kind: 'int', value: -operand.value, at };
    if (operand.kind === 'float') return { kind: 'float', value: -operand.value, at };
    return this.#arithmetic('-', [{ kind: 'int', value: 0n, at }, operand], at);
  }

  #arithmetic(operator: ArithmeticOperator, sides: [Expression, Expression], at: number): Expression {
    const [left, right] = sides;
    const height = 1 + Math.max(this.#heights.get(left) ?? 0, this.#heights.get(right) ?? 0);
    if (height > MAX_PREDICATE_DEPTH) throw this.#tooDeep(at);
    const node: Expression = { kind: 'arithmetic', operator, left, right, at };
    this.#heights.set(node, height);
    return node;
  }

  #primary(): Expression {
    const token = this.#token;
    const { at } = token;
    switch (token.kind) {
      case 'string':
        return { kind: 'string', value: this.#string(), at };
      case 'int':
        this.#position++;
        return { kind: 'int', value: BigInt(token.text), at };
      case 'float':
        this.#position++;
        return { kind: 'float', value: Number(token.text), at };
      case 'symbol':
        return this.#symbol();
      case 'name':
        return this.#name();
      default:
        if (this.#take('(')) return this.#parenthesis();
        throw this.#error(`found ${this.#shown()} where a path, a function or a literal must come`);
    }
  }

  #parenthesis(): Expression {
    const inner = this.#nested(() => this.#or());
    this.#expect(')');
    return inner;
  }

  #symbol(): Expression {
    const { text: name, at } = this.#token;
    this.#position++;
    if (this.#take('(')) return this.#call(name, at);
    return { kind: 'enum', name, at };
  }

  #call(name: string, at: number): CallNode {
    const args: Expression[] = [];
    if (!this.#take(')')) {
      do args.push(this.#nested(() => this.#chain(SUM_SIGNS, () => this.#product())));
      while (this.#take(','));
      this.#expect(')');
    }
    const node: CallNode = { kind: 'call', name, args, keys: this.#keys(), at };
    this.#heights.set(node, Math.max(0, ...args.map((arg) => this.#heights.get(arg) ?? 0)) + 1);
    return node;
  }

  #name(): Expression {
    const { text, at } = this.#token;
    if (text === 'true' || text === 'false') {
      this.#position++;
      return { kind: 'bool', value: text === 'true', at };
    }
    if (text === 'nil') {
      this.#position++;
      return { kind: 'nil', at };
    }
    if (KEYWORDS.has(text))
      throw this.#error(`found ${text} where a path, a function or a literal must come`);
    return this.#path();
  }

  #path(): PathNode {
    const { at } = this.#token;
    const names: string[] = [];
    do {
      if (this.#token.kind !== 'name') throw this.#error(`found ${this.#shown()} where a name must come`);
      names.push(this.#token.text);
      this.#position++;
    } while (this.#take('.'));
    const path = names.join('.');
    if (this.#at('(')) {
      const capital = `${path.charAt(0).toUpperCase()}${path.slice(1)}`;
      throw this.#error(`functions begin with a capital, write ${capital}`, 'predicate-unknown-function', at);
    }
    return { kind: 'path', path, keys: this.#keys(), at };
  }

  #keys(): readonly (string | number)[] {
    const keys: (string | number)[] = [];
    while (this.#take('[')) {
      keys.push(this.#key());
      this.#expect(']');
    }
    return keys;
  }

  #key(): string | number {
    const { kind, text } = this.#token;
    if (kind === 'string') return this.#string();
    if (kind !== 'int') throw this.#error(`found ${this.#shown()} where a key in double quotes must come`);
    this.#position++;
    return Number(text);
  }

  #string(): string {
    const { text, at } = this.#token;
    this.#position++;
    return unquote(text, { text: this.#text, at });
  }

  #nested<Result>(read: () => Result): Result {
    this.#depth++;
    if (this.#depth > MAX_PREDICATE_DEPTH) throw this.#tooDeep(this.#token.at);
    const result = read();
    this.#depth--;
    return result;
  }

  #tooDeep(at: number): PredicateError {
    return this.#error(`nested deeper than ${MAX_PREDICATE_DEPTH}`, 'predicate-too-large', at);
  }

  get #token(): Token {
    const token = this.#tokens[this.#position];
    if (token === undefined) throw new RangeError('Cannot read past the end of a condition');
    return token;
  }

  #ended(): boolean {
    return this.#token.kind === 'end';
  }

  /** The token is this word or sign (never a string that spells it). */
  #at(text: string): boolean {
    return this.#token.text === text && this.#token.kind !== 'string';
  }

  #take(text: string): boolean {
    if (!this.#at(text)) return false;
    this.#position++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#error(`found ${this.#shown()} where ${text} must come`);
  }

  #shown(): string {
    return this.#ended() ? 'the end' : this.#token.text.slice(0, 40);
  }

  #error(reason: string, code: PredicateErrorCode = 'predicate-syntax', at = this.#token.at): PredicateError {
    return new PredicateError(code, `Cannot read the condition: ${reason}`, { text: this.#text, at });
  }
}
