/**
 * What all targets have to know at an instant. Nothing is queued: a target that was away is told how it is now.
 *
 * 1. Of a partition only what its owner has committed is told: an engine that no longer owns it cannot commit.
 * 2. A partition without a commit for a while is passed over, since another engine may own it by then.
 * 3. The watchdog fires while the partition that stands for all is owned and everything owned is up to date.
 */
import type { CommittedPartition, PartitionView } from './partition-view.ts';
import { partitionView } from './partition-view.ts';
import { LEASE_MILLIS } from './timing.ts';
import type { Notification } from './types.ts';
import { watchdog } from './watchdog.ts';

export interface OutboxOptions {
  /** See `DeliveryOptions`. */
  readonly watchdogAlert: string;
  /** Since when this engine has been at work. */
  readonly startedMillis: number;
}

/** The engine that owns this partition lets the watchdog bark. */
const WATCHDOG_PARTITION = 0;

/** See above. */
export class Outbox {
  readonly #views = new Map<number, PartitionView>();
  readonly #watchdog: Notification | undefined;

  constructor({ watchdogAlert, startedMillis }: OutboxOptions) {
    this.#watchdog = watchdogAlert === '' ? undefined : watchdog(watchdogAlert, startedMillis);
  }

  /** Takes what was committed; true when there is something a target has to be told at once. */
  committed(committed: CommittedPartition, nowMillis: number): boolean {
    const before = this.#views.get(committed.partition);
    const view = partitionView(committed, { nowMillis, before });
    this.#views.set(committed.partition, view);
    return hasNews(view, before);
  }

  /** Forgets a partition that is held no more. */
  left(partition: number): void {
    this.#views.delete(partition);
  }

  /** What targets have to know now, each set of labels once. */
  notifications(nowMillis: number): readonly Notification[] {
    const isHeld = ({ committedMillis }: PartitionView) =>
      Math.abs(nowMillis - committedMillis) <= LEASE_MILLIS;
    const held = [...this.#views.values()].filter(isHeld);
    const told = held.flatMap(({ slos }) => [...slos.values()].flat());
    const first = this.#views.get(WATCHDOG_PARTITION);
    const isWell = held.length === this.#views.size && held.every(({ isCurrent }) => isCurrent);
    return this.#watchdog !== undefined && first !== undefined && isWell ? [...told, this.#watchdog] : told;
  }
}

/** Whether something is told that was not told before; lists that are the very same are not compared. */
function hasNews({ slos }: PartitionView, before: PartitionView | undefined): boolean {
  return slos.entries().some(([slo, told]) => {
    const toldBefore = before?.slos.get(slo) ?? [];
    if (told === toldBefore) return false;
    return told.some(
      ({ key, revision }) => !toldBefore.some((each) => each.key === key && each.revision === revision),
    );
  });
}
