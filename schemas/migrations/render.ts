/** The SQL of definitions, for one server or for a cluster. */
import { localTable } from '../local-table.ts';
import { DATABASE } from '../names.ts';
import type {
  AddedColumns,
  Definition,
  Layout,
  LayoutStep,
  MaterializedViewDefinition,
  Migration,
  TableDefinition,
} from './types.ts';

/** Inserts each table remembers the tokens of. */
export const DEDUPLICATION_WINDOW = 100_000;
/** A replicated table also forgets tokens by age: after a week. */
export const DEDUPLICATION_SECONDS = 7 * 86_400;

/** The step as the layout runs it. */
export function migrationOf(step: LayoutStep, layout: Layout): Migration {
  const { version, name, definitions } = step;
  return { version, name, statements: definitions.flatMap((definition) => statementsOf(definition, layout)) };
}

/** The names of what is made; added columns have none of their own. */
export function namesOf({ kind, name }: Definition, layout: Layout): readonly string[] {
  if (kind === 'columns') return [];
  return kind === 'table' && layout === 'cluster' ? [localTable(name), name] : [name];
}

/** The statements that make what is defined. In a cluster, `{cluster}` in them stands for its name. */
export function statementsOf(definition: Definition, layout: Layout): readonly string[] {
  switch (definition.kind) {
    case 'table':
      return layout === 'single'
        ? [tableText(definition.name, definition, singleEngine(definition))]
        : [
            tableText(
              `${localTable(definition.name)}${ON_CLUSTER}`,
              zoned(definition),
              replicatedEngine(definition),
            ),
            distributed(definition.name),
          ];
    case 'materialized view':
      return [materializedView(definition, layout)];
    case 'columns':
      return addColumns(definition, layout);
    case 'view':
      return [
        `CREATE VIEW IF NOT EXISTS ${definition.name}${layout === 'single' ? '' : ON_CLUSTER} AS ${definition.select}`,
      ];
  }
}

function addColumns({ name, columns }: AddedColumns, layout: Layout): readonly string[] {
  const added = (place: string, texts: readonly string[]) =>
    `ALTER TABLE ${place} ${texts.map((text) => `ADD COLUMN IF NOT EXISTS ${text}`).join(', ')}`;
  if (layout === 'single') return [added(name, columns)];
  const zonedColumns = columns.map(zonedTimes);
  // The spread table only reads: codecs are the local one's.
  const plain = zonedColumns.map((text) => text.replace(/ CODEC\(.*\)$/, ''));
  return [added(`${localTable(name)}${ON_CLUSTER}`, zonedColumns), added(`${name}${ON_CLUSTER}`, plain)];
}

const ON_CLUSTER = " ON CLUSTER '{cluster}'";

interface Engine {
  readonly text: string;
  readonly window: string;
}

function tableText(name: string, { columns, clauses, settings }: TableDefinition, engine: Engine): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (
  ${columns}
) ENGINE = ${engine.text}
${clauses}
SETTINGS ${settings}, ${engine.window}`;
}

function singleEngine({ engine }: TableDefinition): Engine {
  return { text: engine, window: `non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}` };
}

/**
 * The path in Keeper is made of names, not of the table's UUID: a replica that is added later, or that missed the
 * statement, then joins the others instead of starting a table of its own under another UUID.
 */
function replicatedEngine({ name, engine }: TableDefinition): Engine {
  const [, family = engine, argument] = /^(\w+)(?:\((.+)\))?$/.exec(engine) ?? [];
  const path = `/clickhouse/tables/{cluster}/{shard}/${DATABASE}/${localTable(name)}`;
  const further = argument === undefined ? '' : `, ${argument}`;
  return {
    text: `Replicated${family}('${path}', '{replica}'${further})`,
    window:
      `replicated_deduplication_window = ${DEDUPLICATION_WINDOW}, ` +
      `replicated_deduplication_window_seconds = ${DEDUPLICATION_SECONDS}`,
  };
}

/** Without a sharding key: nobody inserts through it. */
function distributed(name: string): string {
  const local = localTable(name);
  return `CREATE TABLE IF NOT EXISTS ${name}${ON_CLUSTER} AS ${local}
ENGINE = Distributed('{cluster}', '${DATABASE}', '${local}')`;
}

function materializedView(definition: MaterializedViewDefinition, layout: Layout): string {
  const { name, target } = definition;
  const to = layout === 'single' ? target : localTable(target);
  const place = layout === 'single' ? '' : ON_CLUSTER;
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name}${place} TO ${to} AS\n${viewQuery(definition, layout)}`;
}

/** What such a view selects. */
export function viewQuery({ select, from, where }: MaterializedViewDefinition, layout: Layout): string {
  return `${select}\nFROM ${layout === 'single' ? from : localTable(from)} WHERE ${where}`;
}

/**
 * Times say that they are in UTC, so partitions, keys and text forms do not depend on the servers' time zone. A single
 * server's tables were released without it, and a server in another zone is refused instead.
 */
function zoned(definition: TableDefinition): TableDefinition {
  return { ...definition, columns: zonedTimes(definition.columns) };
}

function zonedTimes(columns: string): string {
  return columns
    .replaceAll(/\bDateTime64\((\d)\)/g, "DateTime64($1, 'UTC')")
    .replaceAll(/\bDateTime\b(?!\()/g, "DateTime('UTC')");
}
