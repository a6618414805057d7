/**
 * Sloth's default alerts for a period of 30 days: the windows of its `google-30d.yaml`, two rules (page, ticket), each
 * "quick or slow", without `for`. Recorded ratios of 5m to 3d are rates over the whole window; only the 30-day ratio,
 * which no alert reads, is an average of averages. Groups: recordings apart from alerts.
 *
 * Sources: internal/alert/windows/google-30d.yaml, internal/alert/window.go and
 * internal/plugin/slo/core/{sli_rules_v1,alert_rules_v1}/plugin.go of https://github.com/slok/sloth, v0.16.0.
 */
import type { Random } from '../../payload/random.ts';
import { PERIOD_DAYS } from '../types.ts';
import { type BurnAlert, BurnAlerts, type BurnCondition, drawPhases, type Phases } from './burn-alerts.ts';

const MINUTE = 60;
const HOUR = 3600;
const PERIOD_HOURS = PERIOD_DAYS * 24;

interface Window {
  readonly budgetPercent: number;
  readonly shortSeconds: number;
  readonly longSeconds: number;
}

const PAGE: readonly Window[] = [
  { budgetPercent: 2, shortSeconds: 5 * MINUTE, longSeconds: HOUR },
  { budgetPercent: 5, shortSeconds: 30 * MINUTE, longSeconds: 6 * HOUR },
];
const TICKET: readonly Window[] = [
  { budgetPercent: 10, shortSeconds: 2 * HOUR, longSeconds: 24 * HOUR },
  { budgetPercent: 10, shortSeconds: 6 * HOUR, longSeconds: 72 * HOUR },
];

/** Its two alerts for a target in percent, with the floating point it computes them in. */
export function slothAlerts(targetPercent: number): readonly BurnAlert[] {
  const errorBudget = (100 - targetPercent) / 100;
  const condition = ({ budgetPercent, shortSeconds, longSeconds }: Window): BurnCondition => {
    const factor = (budgetPercent * PERIOD_HOURS) / 100 / (longSeconds / HOUR);
    return { shortSeconds, longSeconds, above: factor * errorBudget };
  };
  return [
    { name: 'page', severity: 'page', forSeconds: 0, anyOf: PAGE.map(condition) },
    { name: 'ticket', severity: 'ticket', forSeconds: 0, anyOf: TICKET.map(condition) },
  ];
}

/** Sloth's rules for one service. */
export function slothSystem(targetPercent: number, phases: Random | Phases): BurnAlerts {
  const drawn = 'scrape' in phases ? phases : drawPhases(phases, false);
  return new BurnAlerts('Sloth', slothAlerts(targetPercent), drawn);
}
