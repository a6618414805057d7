import type { DurableLog } from '../log/types.ts';
import { type FollowerOptions, followEngine, type ReplicaFollower } from '../query/api/replica-follower.ts';

/** What is known of a follower whose log may not be open yet. */
export interface PendingFollower {
  /** Why the engine is not followed at the moment; undefined when it is. */
  problem(): string | undefined;
  /** Calls the listener after the state changed; returns the function that ends that. */
  onUpdate(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Follows the engine as soon as the log is open; without a log the API answers, and says that it is not ready. */
export function followWhenOpen(
  log: Promise<DurableLog>,
  options: Omit<FollowerOptions, 'log'>,
): PendingFollower {
  const listeners = new Set<() => void>();
  let follower: ReplicaFollower | undefined;
  let closed = false;
  const started = log.then(
    (open) => {
      if (closed) return;
      follower = followEngine({ ...options, log: open });
      follower.onUpdate(() => {
        for (const listener of listeners) listener();
      });
    },
    // Whoever opens the log reports it.
    () => undefined,
  );
  return {
    problem: () => (follower ? follower.problem : 'the log is being opened'),
    onUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      if (follower === undefined) return;
      await started;
      await follower.close();
    },
  };
}
