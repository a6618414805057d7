import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { foreignTablesGauge, showForeignTables } from '../../serve/foreign-tables-gauge.ts';

const TABLE = { missingColumns: [], atLeastOnce: false, singleTenant: false, told: ['differs'] };

test('showForeignTables() shows each thing that a table lacks, and forgets tables that are in order again', async () => {
  const registry = new Registry();
  const gauge = foreignTablesGauge(registry);
  const shown = async () => (await gauge.get()).values.map(({ labels, value }) => ({ ...labels, value }));
  expect(await shown()).toEqual([]);
  showForeignTables(gauge, [
    {
      ...TABLE,
      table: 'otel_logs',
      missingColumns: ['TenantId', 'EventName'],
      atLeastOnce: true,
      singleTenant: true,
    },
    { ...TABLE, table: 'otel_traces', missingColumns: ['TenantId'], singleTenant: true },
    { ...TABLE, table: 'otel_traces_trace_id_ts_mv' },
  ]);
  expect(await shown()).toEqual([
    { table: 'otel_logs', lacks: 'tenant', value: 1 },
    { table: 'otel_logs', lacks: 'columns', value: 1 },
    { table: 'otel_logs', lacks: 'deduplication', value: 1 },
    { table: 'otel_traces', lacks: 'tenant', value: 1 },
    { table: 'otel_traces_trace_id_ts_mv', lacks: 'other', value: 1 },
  ]);
  showForeignTables(gauge, []);
  expect(await shown()).toEqual([]);
});
