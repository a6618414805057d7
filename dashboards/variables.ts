import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

const DATASOURCE_TYPE = 'grafana-clickhouse-datasource';

/** A dashboard variable's value inside a query or link; `sqlstring` quotes it as SQL text. */
export function variable(name: string, format?: 'sqlstring' | 'queryparam'): string {
  return format === undefined ? `\${${name}}` : `\${${name}:${format}}`;
}

/** The data source every panel reads: chosen at the top of the dashboard. */
export const DATASOURCE: DataSourceRef = { type: DATASOURCE_TYPE, uid: variable('datasource') };

/** The choice of data source. */
export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Data source').type(DATASOURCE_TYPE);
}

/** A choice among the values of a query's first column. */
export function queryVariable(name: string, label: string, sql: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(sql)
    .definition(sql)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}
