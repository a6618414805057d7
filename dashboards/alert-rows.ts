import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { TABLES } from '../schemas/names.ts';
import { STATE_COLUMN } from './states.ts';

/** What has to be so for an alert to fire: `1h / 5m` burn faster than the factor, `50 % of 30d` are spent, `10m` are silent. */
const CONDITION = `multiIf(Kind = 'budget', concat(toString(round(alert.Factor * 100)), ' % of ', LongWindow),
    Kind = 'no-data', LongWindow, concat(LongWindow, ' / ', ShortWindow))`;

/** Alerts that were open at some moment of the time range, newest first. */
export function openAlerts(condition: string): string {
  return `SELECT StartedAt AS Started, EndedAt AS Ended, Kind, Severity, State, Slo AS SLO, Objective,
  ${CONDITION} AS Condition, if(Kind = 'burn', alert.Factor, NULL) AS Factor, Retroactive, Reason
FROM ${TABLES.alerts} AS alert FINAL
WHERE StartedAt <= $__toTime AND (EndedAt IS NULL OR EndedAt >= $__fromTime) AND ${condition}
ORDER BY StartedAt DESC
LIMIT 200`;
}

/** Colours and widths of {@link openAlerts}. */
export function alertColumns(table: TableBuilder): TableBuilder {
  return table
    .overrideByName('Severity', STATE_COLUMN)
    .overrideByName('State', STATE_COLUMN)
    .overrideByName('Reason', [{ id: 'custom.minWidth', value: 420 }]);
}
