import { readdirSync, readFileSync } from 'node:fs';

/** One query of a dashboard, as Grafana would send it after filling in macros and variables. */
export interface DashboardQuery {
  /** `slo-detail.json: Burn rates`, or `…: variable slo`. */
  readonly name: string;
  readonly kind: 'timeseries' | 'table' | 'variable';
  readonly rawSql: string;
}

interface Target {
  readonly rawSql: string;
  readonly queryType: 'timeseries' | 'table';
}

interface Json {
  readonly panels: readonly { readonly title?: string; readonly targets?: readonly Target[] }[];
  readonly templating: { readonly list: readonly { type: string; name: string; query: string }[] };
}

const GENERATED = new URL('../../dashboards/generated/', import.meta.url);

/** Every query in the checked-in JSON: panels and variables. */
export function dashboardQueries(): readonly DashboardQuery[] {
  return readdirSync(GENERATED)
    .toSorted()
    .flatMap((file) => queriesOf(file, JSON.parse(readFileSync(new URL(file, GENERATED), 'utf8')) as Json));
}

function queriesOf(file: string, { panels, templating }: Json): DashboardQuery[] {
  const ofPanels = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ rawSql, queryType }) => ({ name: `${file}: ${title}`, kind: queryType, rawSql })),
  );
  const ofVariables = templating.list
    .filter(({ type }) => type === 'query')
    .map(({ name, query }) => ({
      name: `${file}: variable ${name}`,
      kind: 'variable' as const,
      rawSql: query,
    }));
  return [...ofPanels, ...ofVariables];
}

/** What the reader of a dashboard has chosen. */
export interface Choice {
  readonly from: Date;
  readonly to: Date;
  readonly intervalSeconds: number;
  /** Variable → value; `undefined` means All. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The statement for a choice: what Grafana and its ClickHouse data source make of macros and variables. */
export function statement(rawSql: string, { from, to, intervalSeconds, variables }: Choice): string {
  const time = (date: Date) => `toDateTime(${Math.floor(date.getTime() / 1000)})`;
  const sql = rawSql
    .replaceAll(/\$__conditionalAll\((.*?\)), \$(\w+)\)/g, (_, condition: string, name: string) =>
      variables[name] === undefined ? '1=1' : condition,
    )
    .replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 >= ${time(from)} AND $1 <= ${time(to)}`)
    .replaceAll(
      /\$__timeInterval\((\w+)\)/g,
      `toStartOfInterval(toDateTime($1), INTERVAL ${intervalSeconds} second)`,
    )
    .replaceAll('$__interval_s', String(intervalSeconds))
    .replaceAll('$__fromTime', time(from))
    .replaceAll('$__toTime', time(to))
    .replaceAll(
      /\$\{(\w+):sqlstring\}/g,
      (_, name: string) => `'${(variables[name] ?? '').replaceAll("'", "''")}'`,
    );
  if (sql.includes('$')) throw new Error(`Cannot expand every macro or variable: ${sql}`);
  return sql;
}
