/**
 * SHOW, DESCRIBE and EXISTS, written anew from their parts, so that none of the reader's text reaches the engine:
 *
 *   SHOW DATABASES [like] [LIMIT n]
 *   SHOW TABLES [FROM database] [like] [LIMIT n]
 *   SHOW CREATE [TABLE | VIEW] table
 *   SHOW [EXTENDED] [FULL] (COLUMNS | FIELDS | INDEX | INDEXES | INDICES | KEYS) FROM table [FROM database] [like] [LIMIT n]
 *   SHOW FUNCTIONS [like]
 *   DESCRIBE [TABLE] table
 *   EXISTS [TABLE | VIEW | DATABASE] name
 *   like := [NOT] (LIKE | ILIKE) 'pattern'
 */
import { DATABASE } from '../../../schemas/names.ts';
import { type Catalogue, unavailable } from './catalogue.ts';
import { nameOf } from './names.ts';
import { quoteName, quoteString } from './quote.ts';
import { denied, SqlRefusal } from './refusal.ts';
import { isWord } from './statement.ts';
import { SYSTEM_TABLES } from './system-tables.ts';
import { systemSelect } from './templates.ts';
import type { Token } from './tokens.ts';

export interface MetadataContext {
  readonly catalogue: Catalogue;
  readonly tenant: string;
  /** The reader's current database. */
  readonly database: string;
}

/** A table as the reader named it, in one of the two databases there are. */
interface TableName {
  readonly database: string;
  readonly table: string;
}

/** The statement that answers SHOW. Throws {@link SqlRefusal} for a SHOW that is not in the grammar above. */
export function showStatement(tokens: readonly Token[], context: MetadataContext): string {
  const reader = new Reader(tokens, 1, context);
  if (reader.word('DATABASES')) return reader.databases();
  if (reader.word('TABLES')) return reader.tables();
  if (reader.word('CREATE')) return reader.create();
  if (reader.word('FUNCTIONS')) return `SHOW FUNCTIONS${reader.like(' ')}${reader.end()}`;
  const extended = reader.word('EXTENDED') ? ' EXTENDED' : '';
  const full = reader.word('FULL') ? ' FULL' : '';
  for (const what of ['COLUMNS', 'FIELDS', 'INDEX', 'INDEXES', 'INDICES', 'KEYS']) {
    if (reader.word(what)) return `SHOW${extended}${full} ${what} ${reader.ofTable()}`;
  }
  throw denied(
    'this SHOW is not allowed; SHOW DATABASES, TABLES, COLUMNS, INDEXES, FUNCTIONS and CREATE TABLE are',
  );
}

/** The statement that answers DESCRIBE of a table; DESCRIBE of a subquery is not for here. */
export function describeStatement(tokens: readonly Token[], context: MetadataContext): string {
  const reader = new Reader(tokens, 1, context);
  reader.word('TABLE');
  const name = reader.knownTable();
  reader.word('FINAL');
  reader.end();
  if (name.database === 'system')
    return `DESCRIBE TABLE (${systemSelect(name.table, context.catalogue, context.tenant)})`;
  return `DESCRIBE TABLE ${quoteName(DATABASE)}.${quoteName(name.table)}`;
}

/** The statement that answers EXISTS: a constant, the catalogue knows. */
export function existsStatement(tokens: readonly Token[], context: MetadataContext): string {
  const reader = new Reader(tokens, 1, context);
  if (reader.word('DATABASE')) {
    const found = [DATABASE, 'system', 'default'].includes(reader.name());
    return `SELECT toUInt8(${found ? 1 : 0}) AS result${reader.end()}`;
  }
  if (!reader.word('TABLE')) reader.word('VIEW');
  const name = reader.tableName();
  reader.end();
  if (!/^[A-Za-z0-9_]+$/.test(name.table))
    throw denied(`EXISTS answers for tables of ${DATABASE} and system only`);
  return `SELECT toUInt8(${isKnown(name, context) ? 1 : 0}) AS result`;
}

function isKnown({ database, table }: TableName, { catalogue }: MetadataContext): boolean {
  return database === 'system' ? SYSTEM_TABLES.has(table) : catalogue.tables.has(table);
}

/** Reads tokens from left to right. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #context: MetadataContext;
  #at: number;

  constructor(tokens: readonly Token[], at: number, context: MetadataContext) {
    this.#tokens = tokens;
    this.#context = context;
    this.#at = at;
  }

  /** Steps over the word if it is next. */
  word(upper: string): boolean {
    if (!isWord(this.#tokens[this.#at], upper)) return false;
    this.#at++;
    return true;
  }

  name(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' && token?.kind !== 'name') throw this.#unexpected();
    this.#at++;
    return nameOf(token);
  }

  /** '' when all tokens are read. */
  end(): '' {
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return '';
  }

  databases(): string {
    const like = this.like(' AND name ');
    const limit = this.#limit();
    this.end();
    return `SELECT name FROM system.databases WHERE name IN ('${DATABASE}', 'system')${like} ORDER BY name${limit}`;
  }

  tables(): string {
    const database = this.#from() ? this.#database(this.name()) : this.#context.database;
    const like = this.like(' AND name ');
    const limit = this.#limit();
    this.end();
    const names = database === 'system' ? SYSTEM_TABLES.keys() : this.#context.catalogue.tables.keys();
    const list = ['', ...names].map(quoteString).join(', ');
    return `SELECT name FROM system.tables WHERE database = '${database}' AND name IN (${list})${like} ORDER BY name${limit}`;
  }

  create(): string {
    if (!this.word('TABLE')) this.word('VIEW');
    const name = this.knownTable();
    this.end();
    return `SHOW CREATE TABLE ${quoteName(name.database)}.${quoteName(name.table)}`;
  }

  ofTable(): string {
    if (!this.#from()) throw this.#unexpected();
    let name = this.tableName();
    if (this.#from()) name = { ...name, database: this.#database(this.name()) };
    this.#checkKnown(name);
    const like = this.like(' ');
    const limit = this.#limit();
    this.end();
    return `FROM ${quoteName(name.table)} FROM ${quoteName(name.database)}${like}${limit}`;
  }

  knownTable(): TableName {
    const name = this.tableName();
    this.#checkKnown(name);
    return name;
  }

  tableName(): TableName {
    const first = this.name();
    if (this.#tokens[this.#at]?.text !== '.') return { database: this.#context.database, table: first };
    this.#at++;
    return { database: this.#database(first), table: this.name() };
  }

  /** `[NOT] (LIKE | ILIKE) 'pattern'` behind `prefix`, or ''. */
  like(prefix: string): string {
    const not = this.word('NOT') ? 'NOT ' : '';
    const operator = this.word('LIKE') ? 'LIKE' : this.word('ILIKE') ? 'ILIKE' : undefined;
    if (operator === undefined && not === '') return '';
    const pattern = this.#tokens[this.#at];
    if (operator === undefined || pattern?.kind !== 'string') throw this.#unexpected();
    this.#at++;
    return `${prefix}${not}${operator} ${quoteString(pattern.value)}`;
  }

  #limit(): string {
    if (!this.word('LIMIT')) return '';
    const count = this.#tokens[this.#at]?.text ?? '';
    if (!/^\d{1,9}$/.test(count)) throw this.#unexpected();
    this.#at++;
    return ` LIMIT ${count}`;
  }

  #from(): boolean {
    return this.word('FROM') || this.word('IN');
  }

  #database(name: string): string {
    if (name === DATABASE || name === 'default') return DATABASE;
    if (name === 'system') return name;
    throw new SqlRefusal(
      'UNKNOWN_DATABASE',
      `the database ${name.slice(0, 60)} is not available; ${DATABASE} and system are`,
    );
  }

  #checkKnown(name: TableName): void {
    if (isKnown(name, this.#context)) return;
    const written = `${name.database}.${name.table}`.slice(0, 120);
    if (name.database === DATABASE) throw denied(unavailable(written, name.table, this.#context.catalogue));
    throw denied(
      `the table ${written} is not available; SHOW TABLES FROM ${name.database} lists those that are`,
    );
  }

  #unexpected(): SqlRefusal {
    const token = this.#tokens[this.#at];
    const what = token === undefined ? 'its end' : token.text.slice(0, 40);
    return denied(`this ${this.#tokens[0]?.value} is not allowed as written: unexpected ${what}`);
  }
}
