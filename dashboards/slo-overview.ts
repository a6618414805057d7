import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { TABLES } from '../schemas/names.ts';
import { alertColumns, openAlerts } from './alert-rows.ts';
import { curves, figure, rows } from './panels.ts';
import { latestBudgets, sloColumns, sloRows } from './slo-rows.ts';
import { BUDGET_STEPS, BURN_STEPS, NONE_STEPS, PLAIN_STEPS } from './states.ts';
import { datasourceVariable, queryVariable, variable } from './variables.ts';

/** Rows of the chosen services; the macro becomes `1=1` when all are chosen. */
const OF_SERVICES = `$__conditionalAll(Service IN (${variable('service', 'sqlstring')}), $service)`;

/** How many SLOs are in which state, which burn, which have alerts. */
export function sloOverview(): DashboardBuilder {
  return new DashboardBuilder('Valet: SLO overview')
    .uid('valet-slo-overview')
    .description('Every service level objective: state, remaining error budget, burn rate, alerts')
    .tags(['valet', 'slo'])
    .timezone('browser')
    .time({ from: 'now-24h', to: 'now' })
    .refresh('1m')
    .readonly()
    .withVariable(datasourceVariable())
    .withVariable(serviceVariable())
    .withPanel(
      countPanel('SLOs', 'Objectives with a result in the time range.', '1').thresholds(PLAIN_STEPS()),
    )
    .withPanel(countPanel('Burning', 'A burn-rate tier fires.', "State = 'burning'").thresholds(NONE_STEPS()))
    .withPanel(
      countPanel('Exhausted', 'No error budget is left.', "State = 'exhausted'").thresholds(NONE_STEPS()),
    )
    .withPanel(
      countPanel(
        'Without data',
        'Nothing, or too little, was measured.',
        "State IN ('no-data', 'insufficient-data')",
      ).thresholds(NONE_STEPS()),
    )
    .withPanel(openAlertsPanel('page'))
    .withPanel(openAlertsPanel('ticket'))
    .withPanel(sloTable())
    .withPanel(budgetCurves())
    .withPanel(burnCurves())
    .withRow(new RowBuilder('Alerts'))
    .withPanel(alertTable());
}

function serviceVariable() {
  return queryVariable(
    'service',
    'Service',
    `SELECT DISTINCT Service FROM ${TABLES.budgets} WHERE $__timeFilter(Time)`,
  )
    .multi(true)
    .includeAll(true)
    .current({ text: ['All'], value: ['$__all'], selected: true });
}

function countPanel(title: string, description: string, condition: string) {
  return figure({
    title,
    description,
    sql: `SELECT countIf(${condition}) AS slos FROM (${latestBudgets(OF_SERVICES)})`,
  });
}

function openAlertsPanel(severity: 'page' | 'ticket') {
  return figure({
    title: `Open ${severity} alerts`,
    description: `Alerts of severity "${severity}" that fire now and are not held back by another.`,
    sql: `SELECT count() AS alerts FROM ${TABLES.alerts} FINAL
WHERE State = 'firing' AND Severity = '${severity}' AND ${OF_SERVICES}`,
  }).thresholds(NONE_STEPS());
}

function sloTable() {
  return sloColumns(
    rows({
      title: 'Service level objectives',
      description: 'As of the end of the time range, least budget first.',
      sql: sloRows(OF_SERVICES),
    }).height(10),
  );
}

function budgetCurves() {
  return curves({
    title: 'Remaining error budget',
    description: "Of each SLO's whole window; below 0 it is overspent.",
    sql: `SELECT $__timeInterval(Time) AS time, concat(Slo, ' · ', Objective) AS slo, argMax(coalesce(PeriodRemainingRatio, RemainingRatio), Time) AS remaining
FROM ${TABLES.budgets} FINAL
WHERE $__timeFilter(Time) AND ${OF_SERVICES}
GROUP BY time, slo
ORDER BY time, slo`,
  })
    .unit('percentunit')
    .axisSoftMin(0)
    .axisSoftMax(1)
    .thresholds(BUDGET_STEPS());
}

function burnCurves() {
  return curves({
    title: 'Burn rate over 1 hour',
    description: '1 spends the budget exactly over the SLO’s window; 14.4 is the default for a page.',
    sql: `SELECT $__timeInterval(Time) AS time, concat(Slo, ' · ', Objective) AS slo, max(Rate) AS burn
FROM ${TABLES.burnRates} FINAL
WHERE $__timeFilter(Time) AND \`Window\` = '1h'
  AND Slo IN (SELECT Slo FROM ${TABLES.budgets} WHERE $__timeFilter(Time) AND ${OF_SERVICES})
GROUP BY time, slo
ORDER BY time, slo`,
  })
    .axisSoftMin(0)
    .decimals(2)
    .thresholds(BURN_STEPS());
}

function alertTable() {
  return alertColumns(
    rows({
      title: 'Alerts',
      description: 'Open at some moment of the time range, newest first, with the reason in words.',
      sql: openAlerts(OF_SERVICES),
    }),
  );
}
