import type { DurableLog, TopicOptions } from '../log/types.ts';
import type { Configuration } from '../schemas/configuration.ts';
import {
  SIGNALS,
  SOURCE_TOPICS,
  TOPIC_DEAD_LETTERS,
  TOPIC_DEFINITIONS,
  TOPIC_OF_SIGNAL,
  TOPIC_SLI,
  TOPIC_STATE,
} from '../schemas/names.ts';

const MIB = 1024 * 1024;
/** An SLO's partition follows from its name and this number, so it never changes. */
const SLI_PARTITIONS_ON_SERVERS = 64;

/** Makes the topics every role needs; keeps what is there. */
export async function ensureTopics(log: DurableLog, configuration: Configuration): Promise<void> {
  const { mode, kafkaPartitions, logRetentionHours, logRetentionMib, retentionDeadLettersDays } =
    configuration;
  const isServer = mode === 'server';
  const retained: TopicOptions = {
    retentionMillis: logRetentionHours * 3_600_000,
    retentionBytes: logRetentionMib * MIB,
  };
  const raw = { ...retained, partitions: isServer ? kafkaPartitions : 1 };
  // What only other senders write to is of no use in a log that they cannot reach.
  const topics = SIGNALS.flatMap((signal) => (isServer ? SOURCE_TOPICS[signal] : [TOPIC_OF_SIGNAL[signal]]));
  for (const topic of topics) await log.ensureTopic(topic, raw);
  const partitions = isServer ? SLI_PARTITIONS_ON_SERVERS : 1;
  await log.ensureTopic(TOPIC_SLI, { ...retained, partitions });
  await log.ensureTopic(TOPIC_STATE, { cleanup: 'compact', partitions });
  await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup: 'compact' });
  const retentionMillis = retentionDeadLettersDays * 86_400_000;
  await log.ensureTopic(TOPIC_DEAD_LETTERS, { ...retained, retentionMillis });
}
