import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

/** How the result is read: a time column with values and labels, or rows as they are. */
export type SqlFormat = 'timeseries' | 'table';

/** The plugin's number for each format. */
const FORMAT_NUMBER = { timeseries: 0, table: 1 } as const satisfies Record<SqlFormat, number>;

/** A query as Grafana's ClickHouse data source stores it in a dashboard. */
export interface SqlQuery extends Dataquery {
  refId: string;
  editorType: 'sql';
  queryType: SqlFormat;
  format: number;
  rawSql: string;
}

/** Builds a {@link SqlQuery} from SQL with the data source's macros. */
export class SqlQueryBuilder implements Builder<SqlQuery> {
  readonly #query: SqlQuery;

  constructor(format: SqlFormat, sql: string, refId = 'A') {
    this.#query = {
      refId,
      editorType: 'sql',
      queryType: format,
      format: FORMAT_NUMBER[format],
      rawSql: sql,
      _implementsDataqueryVariant() {},
    };
  }

  build(): SqlQuery {
    return this.#query;
  }
}
