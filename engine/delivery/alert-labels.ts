/** The identity of an alert at its targets. */
import { kindOf } from '../core/alerts/alert-lanes.ts';
import { parseSloKey } from '../core/slo-key.ts';
import type { AlertKind, AlertRecord } from '../core/types.ts';
import { LABEL_NAMES, type Labels } from './types.ts';

/** `alertname` by what raised the alert. */
const ALERT_NAMES: Readonly<Record<AlertKind, string>> = {
  burn: 'ValetErrorBudgetBurn',
  budget: 'ValetErrorBudgetSpent',
  'no-data': 'ValetNoData',
};

/**
 * The labels of an alert. All tiers of a severity share them: when one takes over from another, the alert at the
 * target goes on. Empty labels are left out, as Alertmanager does.
 */
export function alertLabels(alert: AlertRecord): Labels {
  const { slo, objective, service, severity } = alert;
  const { tenant, name } = parseSloKey(slo);
  const all = { alertname: ALERT_NAMES[kindOf(alert)], slo: name, objective, service, tenant, severity };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Labels as one text. */
export function labelsKey(labels: Labels): string {
  return JSON.stringify(LABEL_NAMES.map((name) => labels[name] ?? ''));
}
