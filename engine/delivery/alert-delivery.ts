/** Tells Alertmanagers and webhooks of the alerts whose partitions this engine owns, for as long as it runs. */
import type { Logger } from 'pino';
import { alertmanagerBody } from './alertmanager-body.ts';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import { Outbox } from './outbox.ts';
import { parseAlertmanagerUrls, parseWebhookUrls, type Target } from './parse-targets.ts';
import type { CommittedPartition } from './partition-view.ts';
import { TargetSender } from './target-sender.ts';
import type { DeliveryOptions, Notification } from './types.ts';
import { webhookBody } from './webhook-body.ts';

export interface AlertDeliveryOptions extends DeliveryOptions {
  readonly metrics: DeliveryMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Between two looks at what is due; what is new is looked at at once. */
const LOOK_MILLIS = 1000;

/** See above. */
export class AlertDelivery {
  readonly #options: AlertDeliveryOptions;
  readonly #outbox: Outbox;
  readonly #senders: readonly TargetSender[];
  /** End the pauses of the senders that have one. */
  readonly #alarms = new Set<() => void>();

  /** Throws as `parseAlertmanagerUrls` and `parseWebhookUrls` do. */
  constructor(options: AlertDeliveryOptions) {
    this.#options = options;
    const { alertmanagerUrls, webhookUrls, watchdogAlert, now } = options;
    this.#outbox = new Outbox({ watchdogAlert, startedMillis: now() });
    const targets = [...parseAlertmanagerUrls(alertmanagerUrls), ...parseWebhookUrls(webhookUrls)];
    this.#senders = targets.map((target) => this.#senderOf(target));
  }

  /** Takes a partition as a checkpoint of it was committed. */
  committed(committed: CommittedPartition, nowMillis: number): void {
    if (this.#outbox.committed(committed, nowMillis)) this.#wake();
  }

  /** Forgets a partition that is held no more. */
  left(partition: number): void {
    this.#outbox.left(partition);
  }

  /** Sends what is due, to all targets at once. Resolves when each has taken it or failed; never rejects. */
  async round(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.round(signal)));
  }

  /** Sends what is due when it is due, until the signal. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    await Promise.all(this.#senders.map((sender) => this.#runSender(sender, signal)));
  }

  async #runSender(sender: TargetSender, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const hasMore = await sender.round(signal);
      if (!hasMore && !signal.aborted) await this.#pause();
    }
  }

  #senderOf(target: Target): TargetSender {
    const { consoleUrl } = this.#options;
    const encode = target.kind === 'alertmanager' ? alertmanagerBody : webhookBody;
    return new TargetSender({
      ...this.#options,
      target,
      notifications: (nowMillis) => this.#outbox.notifications(nowMillis),
      bodyOf: (notifications: readonly Notification[], nowMillis) =>
        encode(notifications, { nowMillis, consoleUrl }),
    });
  }

  #wake(): void {
    for (const end of this.#alarms) end();
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#alarms.delete(end);
        resolve();
      };
      const timer = setTimeout(end, LOOK_MILLIS);
      this.#alarms.add(end);
    });
  }
}
