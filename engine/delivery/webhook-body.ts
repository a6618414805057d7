/** The body a webhook gets (docs/formats/alert-webhook.md). */
import type { AlertWebhookAlert, AlertWebhookBody } from '../../schemas/alert-webhook.ts';
import { kindOf } from '../core/alerts/alert-lanes.ts';
import type { AlertRecord } from '../core/types.ts';
import type { BodyOptions } from './alertmanager-body.ts';
import { consoleLink } from './links.ts';
import { VALID_MILLIS } from './timing.ts';
import type { BurnExplanation, Notification } from './types.ts';

const WEBHOOK_KINDS = { burn: 'burn-rate', budget: 'budget-spent', 'no-data': 'no-data' } as const;

/** The alerts, to be sent now. */
export function webhookBody(notifications: readonly Notification[], options: BodyOptions): AlertWebhookBody {
  const sentAt = new Date(options.nowMillis).toISOString();
  return { version: 1, sentAt, alerts: notifications.map((each) => alertOf(each, options)) };
}

function alertOf(
  { key, labels, startsAt, endsAt, burn }: Notification,
  { nowMillis, consoleUrl }: BodyOptions,
): AlertWebhookAlert {
  return {
    key,
    kind: burn === undefined ? 'watchdog' : WEBHOOK_KINDS[kindOf(burn.alert)],
    status: endsAt === null ? 'firing' : 'resolved',
    labels,
    startsAt,
    endsAt,
    validUntil: endsAt === null ? new Date(nowMillis + VALID_MILLIS).toISOString() : null,
    ...(burn === undefined ? {} : { burn: burnOf(burn, consoleLink(consoleUrl, burn.alert)) }),
  };
}

function burnOf(burn: BurnExplanation, link: string | undefined): NonNullable<AlertWebhookAlert['burn']> {
  const { alert, inhibited, displayName, target, runbookUrl, incidentStartedAt } = burn;
  const { long, short, remainingRatio, exhaustsInSeconds, sampleTraceIds } = alert.details;
  return {
    id: alert.id,
    at: alert.startedAt,
    incident: { id: `${alert.slo}:${incidentStartedAt}`, startedAt: incidentStartedAt },
    reason: alert.reason,
    displayName,
    target,
    tier: tierOf(alert),
    long,
    short,
    budget: { remainingRatio, exhaustsInSeconds },
    inhibited: inhibited.map(tierOf),
    sampleTraceIds: [...sampleTraceIds],
    links: {
      ...(link === undefined ? {} : { console: link }),
      ...(runbookUrl === undefined ? {} : { runbook: runbookUrl }),
    },
  };
}

function tierOf({ severity, objective, longWindow, shortWindow, factor }: AlertRecord) {
  return { severity, objective, longWindow, shortWindow, factor };
}
