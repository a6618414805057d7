import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { TABLES } from '../schemas/names.ts';
import { STATE_COLUMN } from './states.ts';

/** Alerts that were open at some moment of the time range, newest first. */
export function openAlerts(condition: string): string {
  return `SELECT StartedAt AS Started, EndedAt AS Ended, Severity, State, Slo AS SLO, Objective,
  concat(LongWindow, ' / ', ShortWindow) AS Windows, Factor, Retroactive, Reason
FROM ${TABLES.alerts} FINAL
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
