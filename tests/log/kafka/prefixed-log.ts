import type { DurableLog, TopicPartition } from '../../../log/types.ts';

/** The log with its topics and groups under other names, so that many tests have one broker and none meets another. */
export function prefixedLog(log: DurableLog, prefix: string): DurableLog {
  const there = <Of extends TopicPartition>(of: Of): Of => ({ ...of, topic: prefix + of.topic });
  const back = (of: TopicPartition): TopicPartition => ({ ...of, topic: of.topic.slice(prefix.length) });
  return {
    ensureTopic: (topic, options) => log.ensureTopic(prefix + topic, options),
    identity: (topic) => log.identity(prefix + topic),
    partitionCount: (topic) => log.partitionCount(prefix + topic),
    maxRecordBytes: (topic) => log.maxRecordBytes(prefix + topic),
    append: (topic, records, partition) => log.append(prefix + topic, records, partition),
    read: (from, fromOffset, options) => log.read(there(from), fromOffset, options),
    bounds: (of) => log.bounds(there(of)),
    join: (group, topics, listener) =>
      log.join(
        prefix + group,
        topics.map((topic) => prefix + topic),
        {
          assigned: (partitions) => listener.assigned(partitions.map(back)),
          revoked: (partitions) => listener.revoked(partitions.map(back)),
        },
      ),
    committed: (group, of) => log.committed(prefix + group, there(of)),
    commit: (commits) =>
      log.commit(commits.map((commit) => ({ ...there(commit), group: prefix + commit.group }))),
    transact: ({ appends, commits }) =>
      log.transact({
        appends: appends.map((append) => ({ ...append, topic: prefix + append.topic })),
        commits: commits.map((commit) => ({ ...there(commit), group: prefix + commit.group })),
      }),
    truncate: (of, beforeOffset) => log.truncate(there(of), beforeOffset),
    freeBytes: (topics) => log.freeBytes(topics.map((topic) => prefix + topic)),
    close: () => log.close(),
  };
}
