/**
 * Turns a reader's statement into the one the engine runs, or refuses it. Steps:
 * 1. cut it into tokens and find its kind; SETTINGS and FORMAT are taken out of it;
 * 2. SHOW, DESCRIBE and EXISTS are written anew;
 * 3. a SELECT has every table replaced by a subquery that filters on the tenant;
 * 4. the engine parses the result (`EXPLAIN AST`), and the parse tree is checked against allow lists.
 * Verdicts are kept, so a dashboard's refresh costs one look-up.
 */
import { DATABASE } from '../../../schemas/names.ts';
import type { EngineClient } from '../http/engine-client.ts';
import { parseAst, shapeOf } from './ast.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Catalogue } from './catalogue.ts';
import { CatalogueCache } from './catalogue-cache.ts';
import { parseExplain } from './explain.ts';
import { checkedFormat } from './formats.ts';
import { describeStatement, existsStatement, showStatement } from './metadata.ts';
import { denied, SqlRefusal } from './refusal.ts';
import { rewriteTables } from './rewrite.ts';
import { checkApply, refusePrewhere, substituteNames, tableFilters } from './select-rules.ts';
import { PARSER_LIMITS, takeSetting } from './settings.ts';
import { parseStatement, type SettingValue, type Statement } from './statement.ts';
import type { Token } from './tokens.ts';
import { verifyTree } from './verify.ts';

/** A statement as it arrives. */
export interface ReaderStatement {
  readonly text: string;
  /** The request's `database`; '' is the default. */
  readonly database: string;
  /** Values of `param_<name>`. */
  readonly params: ReadonlyMap<string, string>;
  /** `additional_table_filters` given as a request parameter. */
  readonly filters?: string;
}

/** A statement that may run. */
export interface Approved {
  /** Without FORMAT and SETTINGS. */
  readonly sql: string;
  readonly format: string | undefined;
  /** From its SETTINGS clause, checked but not clamped. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface GuardOptions {
  readonly engine: EngineClient;
  readonly tenant: string;
  readonly now: () => number;
  /** Tables without a tenant column are the single tenant's: shown to the tenant `''`, with all of their rows. */
  readonly acceptsForeignTables: boolean;
}

/** Verdicts kept. */
const MAX_VERDICTS = 1_000;
/** Longer statements are judged anew each time: characters, both as it came and as it runs. */
const MAX_CACHED_LENGTH = 16_384;
/** Seconds the engine may take to parse. */
const PARSE_SECONDS = '5';

interface Context {
  readonly catalogue: Catalogue;
  readonly tenant: string;
  readonly database: string;
  readonly params: ReadonlyMap<string, string>;
}

/** Decides what of a reader's statement may run, and how it is written for the engine; verdicts are kept. */
export class Guard {
  readonly #engine: EngineClient;
  readonly #tenant: string;
  readonly #catalogues: CatalogueCache;
  readonly #verdicts = new BoundedCache<Approved>(MAX_VERDICTS);
  readonly #shapes = new BoundedCache<string>(MAX_VERDICTS);
  #judgedBy: Catalogue | undefined;

  constructor({ engine, tenant, now, acceptsForeignTables }: GuardOptions) {
    this.#engine = engine;
    this.#tenant = tenant;
    this.#catalogues = new CatalogueCache(engine, {
      now,
      showWithoutTenant: acceptsForeignTables && tenant === '',
    });
  }

  /**
   * Resolves with what the engine may run. Rejects with {@link SqlRefusal}, or with `EngineException` when the engine
   * cannot parse the statement, or with `EngineUnavailable`.
   */
  async check(statement: ReaderStatement): Promise<Approved> {
    const catalogue = await this.#catalogues.get();
    try {
      return await this.#verdict(statement, catalogue);
    } catch (error) {
      // A table that came a moment ago is unknown to the catalogue at hand.
      const newer = error instanceof SqlRefusal ? await this.#catalogues.newer() : catalogue;
      if (newer === catalogue) throw error;
      return this.#verdict(statement, newer);
    }
  }

  async #verdict(statement: ReaderStatement, catalogue: Catalogue): Promise<Approved> {
    if (this.#judgedBy !== catalogue) this.#verdicts.clear();
    this.#judgedBy = catalogue;
    const { text, database, params, filters = '' } = statement;
    const key = JSON.stringify([text, database, filters, [...params]]);
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const approved = await this.#judge(statement, catalogue);
    const length = Math.max(key.length, approved.sql.length);
    if (length <= MAX_CACHED_LENGTH && this.#judgedBy === catalogue) this.#verdicts.set(key, approved);
    return approved;
  }

  async #judge(reader: ReaderStatement, catalogue: Catalogue): Promise<Approved> {
    const statement = parseStatement(reader.text);
    const settings = new Map<string, string>();
    let filters: SettingValue | undefined = reader.filters;
    for (const [name, value] of statement.settings) {
      if (name === 'additional_table_filters') filters = value;
      else takeSetting(settings, name, value);
    }
    const { params } = reader;
    const context = { catalogue, tenant: this.#tenant, database: currentDatabase(reader.database), params };
    const sql = await this.#write(statement, context, filters);
    const format = statement.format === undefined ? undefined : checkedFormat(statement.format);
    return { sql, format, settings };
  }

  async #write(statement: Statement, context: Context, filters: SettingValue | undefined): Promise<string> {
    const tokens = substituteNames(statement.tokens, context.params);
    switch (statement.kind) {
      case 'show':
        return showStatement(tokens, context);
      case 'exists':
        return existsStatement(tokens, context);
      case 'describe':
        return this.#describe(tokens, context);
      case 'explain': {
        const { head, select } = parseExplain(tokens);
        return `${head} ${await this.#select(select, context, filters)}`;
      }
      case 'select':
        return this.#select(tokens, context, filters);
    }
  }

  async #describe(tokens: readonly Token[], context: Context): Promise<string> {
    const at = tokens[1]?.value === 'TABLE' ? 2 : 1;
    if (tokens[at]?.text !== '(') return describeStatement(tokens, context);
    const subquery = tokens.slice(at);
    // One pair of brackets around all of it, so that nothing can follow the subquery.
    if (closing(subquery) !== subquery.length - 1)
      throw denied('DESCRIBE takes one table or one subquery in brackets');
    return `DESCRIBE TABLE (${await this.#select(subquery.slice(1, -1), context, undefined)})`;
  }

  async #select(
    tokens: readonly Token[],
    context: Context,
    filters: SettingValue | undefined,
  ): Promise<string> {
    checkApply(tokens);
    refusePrewhere(tokens);
    const { text, templates, names } = rewriteTables(tokens, { ...context, filters: tableFilters(filters) });
    const [tree, shapes] = await Promise.all([
      this.#parse(text, context.params),
      Promise.all([...templates].map((template) => this.#shape(template))),
    ]);
    verifyTree(tree, { templates: new Set(shapes), existing: context.catalogue.existing, names });
    return text;
  }

  async #parse(sql: string, params: ReadonlyMap<string, string>): Promise<ReturnType<typeof parseAst>> {
    const settings = new Map(PARSER_LIMITS);
    settings.set('max_execution_time', PARSE_SECONDS);
    settings.set('readonly', '1');
    for (const [name, value] of params) settings.set(`param_${name}`, value);
    try {
      return parseAst(await this.#engine.column(`EXPLAIN AST ${sql}`, settings));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SqlRefusal('SYNTAX_ERROR', 'the statement cannot be read as one SELECT', { cause: error });
    }
  }

  async #shape(template: string): Promise<string> {
    const known = this.#shapes.get(template);
    if (known !== undefined) return known;
    const tree = await this.#parse(template, new Map());
    const select = tree.children[0]?.children[0];
    if (select?.kind !== 'SelectQuery') throw denied('a table of this statement cannot be read');
    const shape = shapeOf(select);
    this.#shapes.set(template, shape);
    return shape;
  }
}

function currentDatabase(name: string): string {
  if (name === '' || name === 'default' || name === DATABASE) return DATABASE;
  if (name === 'system') return name;
  throw new SqlRefusal(
    'UNKNOWN_DATABASE',
    `the database ${name.slice(0, 60)} is not available; ${DATABASE} and system are`,
  );
}

/** Where the bracket that opens the tokens closes. */
function closing(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex(({ kind, text }) => {
    if (kind === 'sign' && text === '(') depth++;
    if (kind === 'sign' && text === ')') depth--;
    return depth === 0;
  });
}
