/** What is told of an alert, before it takes the form a target wants. Pure data. */
import type { AlertRecord } from '../core/types.ts';

/** Names of the labels, in the order they are written. Numbers are never labels: a label is identity. */
export const LABEL_NAMES = [
  'alertname',
  'slo',
  'objective',
  'service',
  'tenant',
  'severity',
  'group',
] as const;
export type LabelName = (typeof LABEL_NAMES)[number];

/** Labels that have a value. */
export type Labels = Readonly<Partial<Record<LabelName, string>>>;

/** What a burn-rate alert says beside its labels. */
export interface BurnExplanation {
  /** The tier that fires; once it is over, the last one that did. */
  readonly alert: AlertRecord;
  /** Open alerts of the SLO the firing one holds back, highest first. */
  readonly inhibited: readonly AlertRecord[];
  readonly displayName: string;
  /** The SLO's target as a ratio; null when that objective is no longer defined. */
  readonly target: number | null;
  /** Where the SLO says what to do. */
  readonly runbookUrl?: string;
  /** RFC 3339: since when some alert of the SLO has been open without a break. */
  readonly incidentStartedAt: string;
}

/** An alert as a target has to know it now: of each set of labels there is one. */
export interface Notification {
  /** The labels as one text: equal for equal labels only. */
  readonly key: string;
  readonly labels: Labels;
  /** RFC 3339. The same whoever sends it. */
  readonly startsAt: string;
  /** RFC 3339; null while it fires. */
  readonly endsAt: string | null;
  /** Changes when a target has to be told at once. */
  readonly revision: string;
  /** Absent for the watchdog. */
  readonly burn?: BurnExplanation;
}

/** Settings of the delivery; plain data, so that a worker can be told. */
export interface DeliveryOptions {
  /** Base addresses of Alertmanagers, separated by commas; see `parseAlertmanagerUrls`. */
  readonly alertmanagerUrls: string;
  /** Addresses of webhooks, separated by commas; see `parseWebhookUrls`. */
  readonly webhookUrls: string;
  /** `alertname` of the alert that always fires; empty: there is none. */
  readonly watchdogAlert: string;
  /** Where people reach the console, for links; empty: no links. */
  readonly consoleUrl: string;
}
