/** The identity of an alert at its targets. */
import { parseSloKey } from '../core/slo-key.ts';
import type { AlertRecord } from '../core/types.ts';
import { LABEL_NAMES, type Labels } from './types.ts';

/** `alertname` of every burn-rate alert. */
export const BURN_ALERT = 'ValetErrorBudgetBurn';

/**
 * The labels of an alert. All tiers of a severity share them: when one takes over from another, the alert at the
 * target goes on. Empty labels are left out, as Alertmanager does.
 */
export function alertLabels({ slo, objective, service, severity }: AlertRecord): Labels {
  const { tenant, name } = parseSloKey(slo);
  const all = { alertname: BURN_ALERT, slo: name, objective, service, tenant, severity };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Labels as one text. */
export function labelsKey(labels: Labels): string {
  return JSON.stringify(LABEL_NAMES.map((name) => labels[name] ?? ''));
}
