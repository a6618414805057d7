/** The alert that always fires: whoever waits for it notices that Valet, or the way to the target, is gone. */
import { labelsKey } from './alert-labels.ts';
import type { Labels, Notification } from './types.ts';

/** The watchdog, called so, of an engine at work since an instant. */
export function watchdog(alertname: string, sinceMillis: number): Notification {
  const labels: Labels = { alertname, severity: 'none' };
  const startsAt = new Date(sinceMillis).toISOString();
  return { key: labelsKey(labels), labels, startsAt, endsAt: null, revision: 'watchdog' };
}
