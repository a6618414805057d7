import { LogError } from '../../../log/errors.ts';
import type { AssignmentListener, DurableLog, OffsetCommit, TopicPartition } from '../../../log/types.ts';

/** Members of a consumer group on one log, whose partitions a test hands round. */
export class GroupOfMembers {
  readonly #log: DurableLog;
  readonly #listeners = new Map<string, AssignmentListener>();
  /** Only this member's commits are taken. */
  #owner = '';

  constructor(log: DurableLog) {
    this.#log = log;
  }

  /** The log as the member sees it: it gets partitions by {@link give} only. */
  handle(member: string): DurableLog {
    return new Proxy(this.#log, {
      get: (target, property) => {
        if (property === 'join')
          return async (_group: string, _topics: readonly string[], listener: AssignmentListener) => {
            this.#listeners.set(member, listener);
            return { close: async () => {} };
          };
        if (property === 'commit')
          return async (commits: readonly OffsetCommit[]) => {
            if (member !== this.#owner)
              throw new LogError('fenced', 'Cannot commit as another member owns it');
            await target.commit(commits);
          };
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async give(member: string, partition: TopicPartition): Promise<void> {
    this.#owner = member;
    await this.#listeners.get(member)?.assigned([partition]);
  }

  async take(member: string, partition: TopicPartition): Promise<void> {
    await this.#listeners.get(member)?.revoked([partition]);
  }
}
