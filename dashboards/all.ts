import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { service } from './service.ts';
import { sloDetail } from './slo-detail.ts';
import { sloOverview } from './slo-overview.ts';

/** Every dashboard, by the name of its file in `generated/`. */
export function allDashboards(): ReadonlyMap<string, Dashboard> {
  return new Map([
    ['slo-overview.json', sloOverview().build()],
    ['slo-detail.json', sloDetail().build()],
    ['service.json', service().build()],
  ]);
}

/** The file's text. */
export function dashboardText(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
