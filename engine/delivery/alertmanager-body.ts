/** The body of `POST /api/v2/alerts` of Alertmanager (docs/alerting.md). */
import { kindOf } from '../core/alerts/alert-lanes.ts';
import type { AlertKind, AlertRecord, BurnReading } from '../core/types.ts';
import { consoleLink } from './links.ts';
import { VALID_MILLIS } from './timing.ts';
import type { BurnExplanation, Labels, Notification } from './types.ts';

/** One alert as Alertmanager takes it. */
export interface AlertmanagerAlert {
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  /** Of one that fires: when it ends by itself unless it is repeated. */
  readonly endsAt: string;
  readonly generatorURL?: string;
}

export interface BodyOptions {
  readonly nowMillis: number;
  /** See `DeliveryOptions`. */
  readonly consoleUrl: string;
}

/** The alerts, to be sent now. */
export function alertmanagerBody(
  notifications: readonly Notification[],
  { nowMillis, consoleUrl }: BodyOptions,
): readonly AlertmanagerAlert[] {
  const validUntil = new Date(nowMillis + VALID_MILLIS).toISOString();
  return notifications.map(({ labels, startsAt, endsAt, burn }) => {
    const link = burn && consoleLink(consoleUrl, burn.alert);
    return {
      labels,
      annotations: burn === undefined ? WATCHDOG_ANNOTATIONS : annotationsOf(burn, link),
      startsAt,
      endsAt: endsAt ?? validUntil,
      ...(link === undefined ? {} : { generatorURL: link }),
    };
  });
}

const WATCHDOG_ANNOTATIONS = {
  summary: 'Valet is alive',
  description: 'Fires always. When it ends, Valet, its evaluation or the way to here does not work.',
} as const;

/** Figures that are not there are left out. */
function annotationsOf(burn: BurnExplanation, link: string | undefined): Readonly<Record<string, string>> {
  const { alert, inhibited, displayName, target, runbookUrl, incidentStartedAt } = burn;
  const { long, short, remainingRatio, exhaustsInSeconds, sampleTraceIds } = alert.details;
  const all = {
    summary: `${displayName}: ${SUMMARIES[kindOf(alert)](alert)}`,
    description: alert.reason,
    tier: alertTitle(alert),
    factor: alert.factor,
    target,
    ...windowAnnotations('long', long),
    ...windowAnnotations('short', short),
    budget_remaining_ratio: remainingRatio,
    budget_exhausts_in_seconds: exhaustsInSeconds === null ? null : Math.round(exhaustsInSeconds),
    figures_of: alert.startedAt,
    incident_started_at: incidentStartedAt,
    inhibited: inhibited.map((each) => inhibitedName(each, alert)).join(', '),
    sample_trace_ids: sampleTraceIds.join(', '),
    console_url: link,
    runbook_url: runbookUrl,
  };
  const present = Object.entries(all).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  return Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
}

function windowAnnotations(name: 'long' | 'short', { window, good, total, rate, scale = 1 }: BurnReading) {
  return {
    [`${name}_window`]: window,
    [`${name}_good`]: good / scale,
    [`${name}_total`]: total / scale,
    [`${name}_burn_rate`]: rate,
  };
}

function rateWords({ rate, window }: BurnReading): string {
  return rate === null ? '' : ` at ${Number(rate.toPrecision(4))}× over ${window}`;
}

const SUMMARIES: Readonly<Record<AlertKind, (alert: AlertRecord) => string>> = {
  burn: (alert) => `${alertTitle(alert)} burns its error budget${rateWords(alert.details.long)}`,
  budget: ({ factor, longWindow }) => `${percent(factor)} of the error budget of ${longWindow} is spent`,
  'no-data': ({ longWindow }) => `no event for ${longWindow}`,
};

/** `page 1h`; `ticket 50 % of 30d` of a budget. */
function alertTitle(alert: AlertRecord): string {
  const { severity, longWindow, factor } = alert;
  return kindOf(alert) === 'budget'
    ? `${severity} ${percent(factor)} of ${longWindow}`
    : `${severity} ${longWindow}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function inhibitedName(held: AlertRecord, { objective }: AlertRecord): string {
  return held.objective === objective ? alertTitle(held) : `${alertTitle(held)} of ${held.objective}`;
}
