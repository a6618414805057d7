import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { TABLES } from '../schemas/names.ts';
import { BUDGET_COLUMN, BURN_COLUMN, RATIO_COLUMN, STATE_COLUMN } from './states.ts';
import { variable } from './variables.ts';

/** The last result of each objective in the time range. */
export function latestBudgets(condition: string): string {
  return `SELECT * FROM ${TABLES.budgets} FINAL
WHERE $__timeFilter(Time) AND ${condition}
ORDER BY Time DESC LIMIT 1 BY Slo, Objective`;
}

/** One row per objective: state, figures, burn over 1 h. */
export function sloRows(condition: string): string {
  return `SELECT Service, Slo AS SLO, Objective, State, Target, Sli AS SLI, coalesce(PeriodRemainingRatio, RemainingRatio) AS "Budget left",
  ExhaustsInSeconds AS "Exhausted in", burn.Rate AS "Burn 1h", Coverage
FROM (${latestBudgets(condition)}) AS budget
LEFT JOIN (
  SELECT Slo, Objective, Rate FROM ${TABLES.burnRates} FINAL
  WHERE $__timeFilter(Time) AND \`Window\` = '1h'
  ORDER BY Time DESC LIMIT 1 BY Slo, Objective
) AS burn USING (Slo, Objective)
ORDER BY coalesce(PeriodRemainingRatio, RemainingRatio) ASC NULLS LAST, Service, Slo, Objective`;
}

/** Units, colours and the way on of {@link sloRows}. */
export function sloColumns(table: TableBuilder): TableBuilder {
  const detail = `/d/valet-slo?var-slo=${variable('__value.text')}&${variable('datasource', 'queryparam')}&${variable('__url_time_range')}`;
  return table
    .overrideByName('SLO', [{ id: 'links', value: [{ title: 'SLO detail', url: detail }] }])
    .overrideByName('State', STATE_COLUMN)
    .overrideByName('Target', RATIO_COLUMN)
    .overrideByName('SLI', RATIO_COLUMN)
    .overrideByName('Budget left', BUDGET_COLUMN)
    .overrideByName('Exhausted in', [{ id: 'unit', value: 's' }])
    .overrideByName('Burn 1h', BURN_COLUMN)
    .overrideByName('Coverage', [{ id: 'unit', value: 'percentunit' }]);
}
