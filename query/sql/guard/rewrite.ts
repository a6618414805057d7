/**
 * Puts a subquery in the place of every table a statement names, by its tokens.
 *
 * A name stands for a table
 * 1. behind FROM or JOIN, and behind a comma in such a list, when no bracket follows it (then it is a table function);
 * 2. behind IN.
 * FROM counts only where a query can stand, so not in EXTRACT(DAY FROM x), IS DISTINCT FROM or WITH FILL FROM.
 *
 * What this reading misses or gets wrong is no hole: verify.ts refuses, on the engine's own parse tree, every table
 * outside of one of these subqueries.
 */
import { DATABASE } from '../../../schemas/names.ts';
import { type Catalogue, unavailable } from './catalogue.ts';
import { type DefinedNames, definedNames } from './defined-names.ts';
import { isName, nameOf } from './names.ts';
import { quoteName } from './quote.ts';
import { denied, SqlRefusal } from './refusal.ts';
import { MAX_ENGINE_QUERY_BYTES } from './settings.ts';
import { isWord } from './statement.ts';
import { systemSelect, type TableUse, tenantSelect } from './templates.ts';
import { type Token, textOf, tokenize } from './tokens.ts';

export interface RewriteOptions {
  readonly catalogue: Catalogue;
  readonly tenant: string;
  /** Where a name without a database is looked up: `valet` or `system`. */
  readonly database: string;
  /** Conditions by table name (`additional_table_filters`), already checked to be balanced. */
  readonly filters: ReadonlyMap<string, readonly Token[]>;
}

export interface Rewritten {
  readonly text: string;
  /** The subqueries put in, without brackets. */
  readonly templates: ReadonlySet<string>;
  readonly names: DefinedNames;
}

/** Throws {@link SqlRefusal} for a table that is not available. */
export function rewriteTables(tokens: readonly Token[], options: RewriteOptions): Rewritten {
  return new Rewriter(tokens, options).run();
}

/** Where in a query the reading stands, for one pair of brackets. */
interface Frame {
  readonly query: boolean;
  place: 'elsewhere' | 'table' | 'behind-table' | 'using';
}

/** Words that end a FROM list. */
const ENDS_FROM = new Set(
  'WHERE PREWHERE GROUP HAVING ORDER LIMIT WINDOW QUALIFY UNION EXCEPT INTERSECT SELECT SETTINGS FORMAT OFFSET FETCH'.split(
    ' ',
  ),
);
/** Words that may follow a table and are no alias. */
const NO_ALIAS = new Set([
  ...ENDS_FROM,
  ...'FINAL SAMPLE ARRAY LEFT RIGHT INNER FULL CROSS PASTE NATURAL JOIN GLOBAL LOCAL ANY ALL ASOF SEMI ANTI ONLY OUTER'.split(
    ' ',
  ),
  ...'ON USING WITH INTO PARALLEL AND OR NOT IN AS STREAM THEN ELSE END'.split(' '),
]);
const QUERY_STARTS = new Set(['SELECT', 'WITH', 'FROM', 'EXPLAIN']);

function tooManyTables(): SqlRefusal {
  return new SqlRefusal(
    'QUERY_IS_TOO_LARGE',
    'the statement names too many tables, or filters them too lengthily',
  );
}

class Rewriter {
  readonly #tokens: readonly Token[];
  readonly #options: RewriteOptions;
  readonly #mentioned: Set<string>;
  readonly #templates = new Set<string>();
  readonly #names: DefinedNames;
  readonly #out: Token[] = [];
  readonly #frames: Frame[] = [{ query: true, place: 'elsewhere' }];
  #at = 0;
  /** Characters of the subqueries put in. */
  #added = 0;

  constructor(tokens: readonly Token[], options: RewriteOptions) {
    this.#tokens = tokens;
    this.#options = options;
    this.#names = definedNames(tokens);
    for (const name of this.#names.tables) this.#refuseTableName(name);
    const all = [...tokens, ...[...options.filters.values()].flat()];
    this.#mentioned = new Set(
      all
        .filter(isName)
        .map(nameOf)
        .flatMap((name) => [name, name.split('.')[0] ?? name]),
    );
  }

  run(): Rewritten {
    while (this.#at < this.#tokens.length) this.#step();
    return { text: textOf(this.#out), templates: this.#templates, names: this.#names };
  }

  /** A CTE named like a table would have to be told from the table by scope; a new name is the simpler answer. */
  #refuseTableName(name: string): void {
    if (this.#resolve([name]) === undefined) return;
    throw denied(`a WITH clause may not define ${name}, which is a table's name; choose another name`);
  }

  get #frame(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  #step(): void {
    const token = this.#tokens[this.#at] as Token;
    const previous = this.#tokens[this.#at - 1];
    const behindIn = isWord(previous, 'IN');
    const startsName = isName(token) && previous?.text !== '.';
    if (startsName && (this.#frame.place === 'table' || behindIn)) this.#tableReference(behindIn);
    else if (startsName && this.#columnOfQualifiedTable()) return;
    else this.#copy(token);
  }

  #copy(token: Token): void {
    if (token.kind === 'sign') this.#sign(token.text);
    else if (token.kind === 'word') this.#word(token);
    this.#out.push(token);
    this.#at++;
  }

  #sign(sign: string): void {
    if (sign === '(') {
      const next = this.#tokens[this.#at + 1];
      const startsQuery = next?.kind === 'word' && QUERY_STARTS.has(next.value);
      // `FROM (a JOIN b ON …)`: the list of tables goes on inside of the brackets.
      const list = this.#frame.place === 'table' && !startsQuery;
      const query = list || startsQuery || (next?.text === '(' && this.#frame.query);
      if (this.#frame.place === 'table') this.#frame.place = 'behind-table';
      this.#frames.push({ query, place: list ? 'table' : 'elsewhere' });
    } else if (sign === ')') {
      this.#frames.pop();
    } else if (sign === ',' && this.#frame.place === 'behind-table') {
      this.#frame.place = 'table';
    }
  }

  #word({ value }: Token): void {
    const frame = this.#frame;
    if (!frame.query) return;
    const previous = this.#tokens[this.#at - 1];
    if (value === 'FROM') {
      const before = this.#tokens[this.#at - 2];
      const distinct = isWord(previous, 'DISTINCT') && (isWord(before, 'IS') || isWord(before, 'NOT'));
      if (!distinct && !isWord(previous, 'FILL')) frame.place = 'table';
    } else if (value === 'JOIN') {
      frame.place = isWord(previous, 'ARRAY') ? 'elsewhere' : 'table';
    } else if (value === 'USING') {
      frame.place = 'using';
    } else if (ENDS_FROM.has(value)) {
      frame.place = 'elsewhere';
    }
  }

  /** Reads `name {. name}`; returns the names and the position behind. */
  #chain(): { names: string[]; next: number } {
    const names = [nameOf(this.#tokens[this.#at] as Token)];
    let next = this.#at + 1;
    while (this.#tokens[next]?.text === '.' && isName(this.#tokens[next + 1])) {
      names.push(nameOf(this.#tokens[next + 1] as Token));
      next += 2;
    }
    return { names, next };
  }

  #tableReference(behindIn: boolean): void {
    const { names, next } = this.#chain();
    const isFunction = this.#tokens[next]?.text === '(';
    const select = isFunction ? undefined : this.#selectFor(names, behindIn, next);
    if (!behindIn) this.#frame.place = 'behind-table';
    this.#added += select?.length ?? 0;
    if (this.#added > MAX_ENGINE_QUERY_BYTES) throw tooManyTables();
    if (select === undefined) {
      this.#out.push(...this.#tokens.slice(this.#at, next));
      this.#at = next;
      return;
    }
    const alias = behindIn ? { tokens: [], next } : this.#alias(names[names.length - 1] as string, next);
    this.#out.push({ kind: 'sign', text: `(${select})`, value: '', spaced: true }, ...alias.tokens);
    this.#at = alias.next;
  }

  /** The subquery for a name, or undefined for one that is not a table (a CTE, or unknown to the engine as well). */
  #selectFor(names: readonly string[], behindIn: boolean, next: number): string | undefined {
    const { catalogue, tenant } = this.#options;
    const known = this.#resolve(names);
    if (known === undefined) {
      if (names.length === 1 || behindIn) return undefined;
      throw denied(
        `the table ${names.join('.')} is not available; SHOW TABLES FROM ${DATABASE} lists those that are`,
      );
    }
    if (known.database === 'system') {
      const select = systemSelect(known.table, catalogue, tenant);
      this.#templates.add(select);
      return select;
    }
    const table = catalogue.tables.get(known.table);
    if (table === undefined) throw denied(unavailable(names.join('.'), known.table, catalogue));
    const use: TableUse = { final: !behindIn && this.#hasFinal(next), mentioned: this.#mentioned };
    const select = tenantSelect(table, tenant, use);
    this.#templates.add(select);
    const filter = this.#options.filters.get(table.name);
    return filter === undefined ? select : `SELECT * FROM (${select}) WHERE (${textOf(filter)})`;
  }

  #resolve(names: readonly string[]): { database: string; table: string } | undefined {
    const { catalogue, database } = this.#options;
    if (names.length === 2) {
      const [first = '', table = ''] = names;
      if (first === 'system') return { database: 'system', table };
      return first === DATABASE || first === 'default' ? { database: DATABASE, table } : undefined;
    }
    const [table = ''] = names;
    if (names.length !== 1) return undefined;
    if (database === 'system') return catalogue.systemColumns.has(table) ? { database, table } : undefined;
    return catalogue.existing.has(table) ? { database: DATABASE, table } : undefined;
  }

  /** `valet.otel_logs.Body` has no meaning beside a subquery named otel_logs: the database is left out. */
  #columnOfQualifiedTable(): boolean {
    const { names, next } = this.#chain();
    const starred = this.#tokens[next]?.text === '.' && this.#tokens[next + 1]?.text === '*';
    if (names.length + (starred ? 1 : 0) < 3) return false;
    if (![DATABASE, 'default', 'system'].includes(names[0] as string)) return false;
    const rest = this.#tokens.slice(this.#at + 2, next);
    this.#out.push({ ...(rest[0] as Token), spaced: true }, ...rest.slice(1));
    this.#at = next;
    return true;
  }

  #hasFinal(next: number): boolean {
    return isWord(this.#tokens[this.#aliasEnd(next)], 'FINAL');
  }

  /** Position behind the alias that may stand at `at`. */
  #aliasEnd(at: number): number {
    const token = this.#tokens[at];
    if (isWord(token, 'AS')) return at + 2;
    const implicit = token?.kind === 'name' || (token?.kind === 'word' && !NO_ALIAS.has(token.value));
    return implicit ? at + 1 : at;
  }

  /** The reader's alias, or the table's own name; FINAL has moved into the subquery. */
  #alias(table: string, at: number): { tokens: readonly Token[]; next: number } {
    const end = this.#aliasEnd(at);
    const own = this.#tokens.slice(at, end);
    const tokens =
      own.length > 0 ? own : tokenize(` AS ${quoteName(table)}`).map((token) => ({ ...token, spaced: true }));
    return { tokens, next: isWord(this.#tokens[end], 'FINAL') ? end + 1 : end };
  }
}
