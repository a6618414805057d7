/** What Alertmanager is sent. */
import { describe, expect, test } from 'vitest';
import type { AlertRecord } from '../../../engine/core/types.ts';
import { alertLabels } from '../../../engine/delivery/alert-labels.ts';
import { alertmanagerBody } from '../../../engine/delivery/alertmanager-body.ts';
import type { BurnExplanation, Notification } from '../../../engine/delivery/types.ts';
import { watchdog } from '../../../engine/delivery/watchdog.ts';
import { at, FIRING, MINUTE, T0 } from './support/alerts.ts';

const OPTIONS = { nowMillis: T0 + MINUTE, consoleUrl: 'https://valet.example/' };
const LINK = 'https://valet.example/#/slo/acme%2Fcheckout';

/** The page, raised by something else. */
function of(change: Partial<AlertRecord>): Notification {
  const burn = FIRING.burn as BurnExplanation;
  const alert = { ...burn.alert, ...change };
  return { ...FIRING, labels: alertLabels(alert), burn: { ...burn, alert, inhibited: [] } };
}

describe('alertmanagerBody()', () => {
  test('names what raised an alert, so that it can be routed', () => {
    const spent = of({
      kind: 'budget',
      severity: 'ticket',
      longWindow: '30d',
      shortWindow: '30d',
      factor: 0.9,
    });
    const silent = of({ kind: 'no-data', longWindow: '10m', shortWindow: '10m', factor: 0 });
    const bodies = alertmanagerBody([spent, silent], OPTIONS);
    expect(bodies.map(({ labels }) => labels['alertname'])).toEqual(['ValetErrorBudgetSpent', 'ValetNoData']);
    expect(bodies.map(({ annotations }) => annotations['summary'])).toEqual([
      'Checkout: 90 % of the error budget of 30d is spent',
      'Checkout: no event for 10m',
    ]);
    expect(bodies[0]?.annotations['tier']).toBe('ticket 90 % of 30d');
  });

  test('has identity in labels, every number in annotations, and an end five minutes ahead', () => {
    expect(alertmanagerBody([FIRING], OPTIONS)).toEqual([
      {
        labels: {
          alertname: 'ValetErrorBudgetBurn',
          slo: 'checkout',
          objective: 'objective-1',
          service: 'shop',
          tenant: 'acme',
          severity: 'page',
        },
        annotations: {
          summary: 'Checkout: page 1h burns its error budget at 30.59× over 1h',
          description: '1h burns at 30.59× (130 bad of 4250)',
          tier: 'page 1h',
          factor: '14.4',
          target: '0.999',
          long_window: '1h',
          long_good: '4120',
          long_total: '4250',
          long_burn_rate: '30.5882',
          short_window: '5m',
          short_good: '4120',
          short_total: '4250',
          budget_remaining_ratio: '0.42',
          budget_exhausts_in_seconds: '35592',
          figures_of: at(0),
          incident_started_at: at(-5),
          inhibited: 'page 6h, ticket 1d of strict',
          sample_trace_ids: '0af7651916cd43dd8448eb211c80319c',
          console_url: LINK,
          runbook_url: 'https://runbooks.example/checkout',
        },
        startsAt: at(-3),
        endsAt: at(6),
        generatorURL: LINK,
      },
    ]);
  });

  test('has the real end of what is over, and no link to a console nobody named', () => {
    const [body] = alertmanagerBody([{ ...FIRING, endsAt: at(0.5) }], { ...OPTIONS, consoleUrl: '' });
    expect(body?.endsAt).toBe(at(0.5));
    expect(body).not.toHaveProperty('generatorURL');
    expect(body?.annotations).not.toHaveProperty('console_url');
  });

  test('has an explanation of the watchdog', () => {
    const [body] = alertmanagerBody([watchdog('Dog', T0)], OPTIONS);
    expect(body).toMatchObject({ labels: { alertname: 'Dog', severity: 'none' }, endsAt: at(6) });
    expect(body?.annotations['description']).toContain('Fires always');
  });
});
