/**
 * The subquery that stands for a table. It is the only place where a statement that reaches the engine names a table:
 *
 *   own table     (SELECT *[, hidden columns the statement mentions] FROM valet.t [FINAL] WHERE TenantId = 'tenant')
 *   without tenant (the same without WHERE: it is in the catalogue for the reader of the only tenant alone)
 *   system table  (SELECT listed columns FROM system.t [WHERE condition])
 */
import { DATABASE } from '../../../schemas/names.ts';
import type { Catalogue, PublicTable } from './catalogue.ts';
import { quoteName, quoteString } from './quote.ts';
import { denied } from './refusal.ts';
import { COUNTING_COLUMNS, SYSTEM_TABLES } from './system-tables.ts';

/** What the statement asks of one table. */
export interface TableUse {
  readonly final: boolean;
  /** Every name the statement contains. */
  readonly mentioned: ReadonlySet<string>;
}

/** The subquery for one of our tables, without brackets. */
export function tenantSelect(table: PublicTable, tenant: string, use: TableUse): string {
  const hidden = table.hiddenColumns.filter((column) => use.mentioned.has(column)).map(quoteName);
  const columns = ['*', ...hidden].join(', ');
  const final = use.final ? ' FINAL' : '';
  // An explicit PREWHERE is evaluated before any condition of the reader's, so no error text of such a condition can
  // carry another tenant's values. Without other tenants, WHERE leaves the engine free to choose a better order.
  const clause = tenant === '' || table.view ? 'WHERE' : 'PREWHERE';
  const from = `${quoteName(DATABASE)}.${quoteName(table.name)}`;
  const condition = table.hasTenant ? ` ${clause} TenantId = ${quoteString(tenant)}` : '';
  return `SELECT ${columns} FROM ${from}${final}${condition}`;
}

/** The subquery for a system table, without brackets. Throws {@link SqlRefusal} for one that is not shown. */
export function systemSelect(name: string, catalogue: Catalogue, tenant: string): string {
  const policy = SYSTEM_TABLES.get(name);
  if (policy === undefined)
    throw denied(`the table system.${name} is not available; these are: ${systemNames()}`);
  if (policy.singleTenantOnly && tenant !== '') {
    throw denied(`the table system.${name} counts every tenant's rows and is not available`);
  }
  const shown = (catalogue.systemColumns.get(name) ?? []).filter(
    (column) => tenant === '' || !COUNTING_COLUMNS.has(column),
  );
  const columns = shown.map(quoteName).join(', ');
  const where = policy.where === undefined ? '' : ` WHERE ${policy.where}`;
  return `SELECT ${columns} FROM \`system\`.${quoteName(name)}${where}`;
}

function systemNames(): string {
  return [...SYSTEM_TABLES.keys()].join(', ');
}
