import { Gauge, type Registry } from 'prom-client';
import type { ForeignTable } from '../store/migrate/foreign/types.ts';

/** Registers what {@link showForeignTables} shows. */
export function foreignTablesGauge(registry: Registry): Gauge<'table' | 'lacks'> {
  return new Gauge({
    name: 'valet_store_foreign_tables',
    help: '1 for what a table of another program lacks that is used as it is',
    labelNames: ['table', 'lacks'],
    registers: [registry],
  });
}

/** Shows the tables that are used as they are, once for each of `tenant`, `columns`, `deduplication` and `other`. */
export function showForeignTables(gauge: Gauge<'table' | 'lacks'>, foreign: readonly ForeignTable[]): void {
  gauge.reset();
  for (const table of foreign)
    for (const lacks of lackings(table)) gauge.set({ table: table.table, lacks }, 1);
}

function lackings({ missingColumns, singleTenant, atLeastOnce }: ForeignTable): readonly string[] {
  const found = [
    ...(singleTenant ? ['tenant'] : []),
    ...(missingColumns.some((column) => column !== 'TenantId') ? ['columns'] : []),
    ...(atLeastOnce ? ['deduplication'] : []),
  ];
  return found.length > 0 ? found : ['other'];
}
