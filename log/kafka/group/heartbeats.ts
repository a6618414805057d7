import type { Cluster } from '../cluster/cluster.ts';
import { type GroupSession, MembershipLost, RebalanceNeeded } from './group-session.ts';
import { HEARTBEAT_MILLIS, SESSION_MILLIS } from './timings.ts';

export interface HeartbeatsOptions {
  readonly cluster: Cluster;
  readonly session: GroupSession;
  /** The group is meeting; told again until the member comes. */
  readonly onRebalance: () => void;
  /** The coordinator does not know the member any more, or was not heard of for a whole session. */
  readonly onLost: () => void;
}

/** Tells a group's coordinator that a member is alive, between two meetings of the group. */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  #run = 0;
  #heardMillis = performance.now();

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  /** The coordinator has been silent for longer than it waits for a member. */
  get isSessionOver(): boolean {
    return performance.now() - this.#heardMillis > SESSION_MILLIS;
  }

  /** The group has met. */
  start(): void {
    this.#heardMillis = performance.now();
    void this.#beat(++this.#run);
  }

  stop(): void {
    this.#run++;
  }

  async #beat(run: number): Promise<void> {
    const { cluster, session, onRebalance, onLost } = this.#options;
    const isOver = () => run !== this.#run || cluster.closed;
    for (;;) {
      await cluster.sleep(HEARTBEAT_MILLIS);
      if (isOver()) return;
      try {
        await session.heartbeat();
        this.#heardMillis = performance.now();
      } catch (error) {
        if (isOver()) return;
        if (error instanceof RebalanceNeeded) {
          this.#heardMillis = performance.now();
          onRebalance();
        } else if (error instanceof MembershipLost || this.isSessionOver) return onLost();
      }
    }
  }
}
