import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { TABLES } from '../schemas/names.ts';
import { alertColumns, openAlerts } from './alert-rows.ts';
import { bars, curves, figure, rows } from './panels.ts';
import { BUDGET_STEPS, BURN_COLUMN, BURN_STEPS, NONE_STEPS, PLAIN_STEPS, STATE_MAPPINGS } from './states.ts';
import { datasourceVariable, queryVariable, variable } from './variables.ts';

const OF_SLO = `Slo = ${variable('slo', 'sqlstring')}`;
const OF_OBJECTIVE = `${OF_SLO} AND Objective = ${variable('objective', 'sqlstring')}`;
/** Slices of the definition in force: an edit of what is counted starts a new generation. */
const OF_GENERATION = `${OF_SLO} AND Generation = (SELECT max(Generation) FROM ${TABLES.slices} WHERE ${OF_SLO})`;

/** One SLO: where it stands, how it got there, why it alerted. */
export function sloDetail(): DashboardBuilder {
  return new DashboardBuilder('Valet: SLO')
    .uid('valet-slo')
    .description('One service level objective: SLI, error budget, burn rates, alerts and their reasons')
    .tags(['valet', 'slo'])
    .timezone('browser')
    .time({ from: 'now-24h', to: 'now' })
    .refresh('1m')
    .readonly()
    .withVariable(datasourceVariable())
    .withVariable(sloVariable())
    .withVariable(objectiveVariable())
    .withPanel(latest('State', 'State', 'At the end of the time range.').mappings(STATE_MAPPINGS))
    .withPanel(
      ratio('SLI', 'Sli', "What was good of all that counts in the SLO's window.").thresholds(PLAIN_STEPS()),
    )
    .withPanel(ratio('Target', 'Target', 'What was promised.').thresholds(PLAIN_STEPS()))
    .withPanel(
      ratio(
        'Budget left',
        'coalesce(PeriodRemainingRatio, RemainingRatio) AS Remaining',
        'Below 0 it is overspent.',
      )
        .decimals(1)
        .thresholds(BUDGET_STEPS()),
    )
    .withPanel(
      latest('Exhausted in', 'ExhaustsInSeconds', 'If the burn of the last hour goes on.')
        .unit('s')
        .thresholds(PLAIN_STEPS()),
    )
    .withPanel(badEvents())
    .withPanel(sliCurve())
    .withPanel(eventBars())
    .withPanel(budgetCurve())
    .withPanel(burnCurves())
    .withRow(new RowBuilder('Alerts'))
    .withPanel(burnTable())
    .withPanel(alertTable());
}

function sloVariable() {
  return queryVariable('slo', 'SLO', `SELECT DISTINCT Slo FROM ${TABLES.budgets} WHERE $__timeFilter(Time)`);
}

function objectiveVariable() {
  return queryVariable(
    'objective',
    'Objective',
    `SELECT DISTINCT Objective FROM ${TABLES.budgets} WHERE $__timeFilter(Time) AND ${OF_SLO}`,
  );
}

function latest(title: string, expression: string, description: string) {
  return figure({
    title,
    description,
    sql: `SELECT ${expression} FROM ${TABLES.budgets} FINAL
WHERE $__timeFilter(Time) AND ${OF_OBJECTIVE}
ORDER BY Time DESC LIMIT 1`,
  });
}

function ratio(title: string, column: string, description: string) {
  return latest(title, column, description).unit('percentunit').decimals(3);
}

function badEvents() {
  const description = "Events of the SLO's window that were not good, or time slices where it counts those.";
  return latest('Bad', 'Spent / Scale AS Bad', description).thresholds(NONE_STEPS());
}

/** Time slices of an hour are in the last 5 minutes of burn rates only once an hour. */
const LONGEST_GAP_MILLIS = 3_600_000;

function sliCurve() {
  return curves({
    title: 'SLI over time',
    description:
      'What was good of all that counted in the 5 minutes up to each instant, without exclusions, and the target. Gaps of up to an hour are bridged.',
    sql: `SELECT $__timeInterval(Time) AS time, if(sum(Total) = 0, NULL, sum(Good) / sum(Total)) AS sli,
  (SELECT argMax(Target, Time) FROM ${TABLES.budgets} WHERE ${OF_OBJECTIVE}) AS target
FROM ${TABLES.burnRates} FINAL
WHERE $__timeFilter(Time) AND ${OF_OBJECTIVE} AND \`Window\` = '5m'
GROUP BY time
ORDER BY time`,
  })
    .unit('percentunit')
    .decimals(3)
    .max(1)
    .spanNulls(LONGEST_GAP_MILLIS);
}

function eventBars() {
  return bars({
    title: 'Events',
    description:
      'Good and bad events of each interval, those in exclusions as well. Time slices are judged by them, not counted here.',
    sql: `SELECT $__timeInterval(Slice) AS time, sum(Good) AS good, sum(Total) - sum(Good) AS bad
FROM ${TABLES.slices} FINAL
WHERE $__timeFilter(Slice) AND ${OF_GENERATION}
GROUP BY time
ORDER BY time`,
  })
    .decimals(0)
    .overrideByName('good', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'green' } }])
    .overrideByName('bad', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'red' } }]);
}

function budgetCurve() {
  return curves({
    title: 'Remaining error budget',
    description: "Of the SLO's whole window, at each instant.",
    sql: `SELECT $__timeInterval(Time) AS time, argMax(coalesce(PeriodRemainingRatio, RemainingRatio), Time) AS remaining
FROM ${TABLES.budgets} FINAL
WHERE $__timeFilter(Time) AND ${OF_OBJECTIVE}
GROUP BY time
ORDER BY time`,
  })
    .unit('percentunit')
    .axisSoftMin(0)
    .axisSoftMax(1)
    .thresholds(BUDGET_STEPS());
}

function burnCurves() {
  return curves({
    title: 'Burn rates',
    description: 'Error ratio over each window, as a multiple of the ratio the target allows.',
    sql: `SELECT $__timeInterval(Time) AS time, \`Window\` AS window, max(Rate) AS burn
FROM ${TABLES.burnRates} FINAL
WHERE $__timeFilter(Time) AND ${OF_OBJECTIVE}
GROUP BY time, window
ORDER BY time, window`,
  })
    .axisSoftMin(0)
    .decimals(2)
    .thresholds(BURN_STEPS());
}

function burnTable() {
  return rows({
    title: 'Burn by window',
    description:
      'The events behind each burn rate at the end of the time range; time slices where the SLO counts those.',
    sql: `SELECT \`Window\`, reading.Good / Scale AS Good, (reading.Total - reading.Good) / Scale AS Bad,
  reading.Total / Scale AS Total, Rate AS "Burn rate"
FROM (
  SELECT * FROM ${TABLES.burnRates} FINAL
  WHERE $__timeFilter(Time) AND ${OF_OBJECTIVE}
  ORDER BY Time DESC LIMIT 1 BY \`Window\`
) AS reading
ORDER BY indexOf(['5m', '30m', '1h', '2h', '6h', '1d', '3d'], \`Window\`)`,
  })
    .span(8)
    .overrideByName('Burn rate', BURN_COLUMN);
}

function alertTable() {
  return alertColumns(
    rows({
      title: 'Alerts',
      description: 'Open at some moment of the time range, newest first, with the reason in words.',
      sql: openAlerts(OF_OBJECTIVE),
    }).span(16),
  );
}
