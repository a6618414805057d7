/**
 * OTTL's boolean grammar by recursive descent. `not` binds tightest, then `and`, then `or`.
 *
 *     or        = and { "or" and }
 *     and       = unary { "and" unary }
 *     unary     = [ "not" ] primary
 *     primary   = "(" or ")" | operand [ operator operand ]
 *     operand   = path | call | ENUM | string | int | float | "true" | "false" | "nil"
 *     path      = name { "." name } { "[" ( string | int ) "]" }
 *     call      = Name "(" [ operand { "," operand } ] ")"
 */
import { PredicateError, type PredicateErrorCode } from './errors.ts';
import { unquote } from './string-literal.ts';
import type { CallNode, ComparisonOperator, Expression, Operand, PathNode } from './syntax.ts';
import { type Token, tokenize } from './tokens.ts';

/** Deepest nesting of parentheses and calls read. */
export const MAX_PREDICATE_DEPTH = 64;

const KEYWORDS = new Set(['and', 'or', 'not', 'true', 'false', 'nil', 'where']);

/**
 * Reads a whole condition.
 *
 * @throws {PredicateError} when it is not one; names and types are not looked at yet.
 */
export function parseSyntax(text: string): Expression {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
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
    const operands = [this.#and()];
    while (this.#take('or')) operands.push(this.#and());
    return operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: 'or', operands };
  }

  #and(): Expression {
    const operands = [this.#unary()];
    while (this.#take('and')) operands.push(this.#unary());
    return operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: 'and', operands };
  }

  #unary(): Expression {
    if (!this.#take('not')) return this.#primary();
    if (this.#token.text === 'not') throw this.#error('not cannot follow not');
    return { kind: 'not', operand: this.#primary() };
  }

  #primary(): Expression {
    if (this.#take('(')) {
      const inner = this.#nested(() => this.#or());
      this.#expect(')');
      return inner;
    }
    const left = this.#operand();
    const { kind, text: operator, at } = this.#token;
    if (kind !== 'operator') return left;
    this.#position++;
    const right = this.#operand();
    if (this.#token.kind === 'operator')
      throw this.#error('comparisons cannot be chained: join two with and');
    return { kind: 'compare', operator: operator as ComparisonOperator, left, right, at };
  }

  #operand(): Operand {
    const token = this.#token;
    const { at } = token;
    switch (token.kind) {
      case 'string':
        return { kind: 'string', value: this.#string(), at };
      case 'int':
        this.#position++;
        return { kind: 'int', value: BigInt(token.text.replace(/^\+/, '')), at };
      case 'float':
        this.#position++;
        return { kind: 'float', value: Number(token.text), at };
      case 'symbol':
        return this.#symbol();
      case 'name':
        return this.#name();
      default:
        throw this.#error(`found ${this.#shown()} where a path, a function or a literal must come`);
    }
  }

  #symbol(): Operand {
    const { text: name, at } = this.#token;
    this.#position++;
    if (this.#take('(')) return this.#call(name, at);
    return { kind: 'enum', name, at };
  }

  #call(name: string, at: number): CallNode {
    const args: Operand[] = [];
    if (!this.#take(')')) {
      do args.push(this.#nested(() => this.#operand()));
      while (this.#take(','));
      this.#expect(')');
    }
    return { kind: 'call', name, args, at };
  }

  #name(): Operand {
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
    if (this.#token.text === '(') {
      const capital = `${names.join('.').charAt(0).toUpperCase()}${names.join('.').slice(1)}`;
      throw this.#error(`functions begin with a capital, write ${capital}`, 'predicate-unknown-function', at);
    }
    const keys: (string | number)[] = [];
    while (this.#take('[')) {
      keys.push(this.#key());
      this.#expect(']');
    }
    return { kind: 'path', path: names.join('.'), keys, at };
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
    if (this.#depth > MAX_PREDICATE_DEPTH) {
      throw this.#error(`nested deeper than ${MAX_PREDICATE_DEPTH}`, 'predicate-too-large');
    }
    const result = read();
    this.#depth--;
    return result;
  }

  get #token(): Token {
    const token = this.#tokens[this.#position];
    if (token === undefined) throw new RangeError('Cannot read past the end of a condition');
    return token;
  }

  #ended(): boolean {
    return this.#token.kind === 'end';
  }

  /** Takes the token when it is this word or sign (never a string that spells it). */
  #take(text: string): boolean {
    const token = this.#token;
    if (token.text !== text || token.kind === 'string') return false;
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
