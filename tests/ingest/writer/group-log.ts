import { LogError } from '../../../log/errors.ts';
import type { AssignmentListener, DurableLog, OffsetCommit, TopicPartition } from '../../../log/types.ts';

/** Members of a consumer group on one log, whose partitions a test hands round. */
export class GroupOfMembers {
  readonly #log: DurableLog;
  readonly #joins = new Map<string, PromiseWithResolvers<AssignmentListener>>();
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
            this.#join(member).resolve(listener);
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

  /** Also to a member that is about to join. */
  async give(member: string, partition: TopicPartition): Promise<void> {
    this.#owner = member;
    await (await this.#join(member).promise).assigned([partition]);
  }

  async take(member: string, partition: TopicPartition): Promise<void> {
    await (await this.#join(member).promise).revoked([partition]);
  }

  /** A member joins some time after its start. */
  #join(member: string): PromiseWithResolvers<AssignmentListener> {
    const join = this.#joins.get(member) ?? Promise.withResolvers<AssignmentListener>();
    this.#joins.set(member, join);
    return join;
  }
}
