/**
 * Makes a topic what Valet needs, or leaves it as it is found with a warning:
 *
 * - missing: created with everything below;
 * - fewer partitions than asked for: some are added;
 * - another retention than configured: set, as the setting is Valet's;
 * - client timestamps, a smaller record limit, fewer replicas or fewer in sync than safety needs: left, as somebody
 *   else may rely on it, and said in the log with what to set;
 * - compacted where it should not be or the other way round: a `TypeError`, as its records would be lost.
 */
import {
  ConfigResourceTypes,
  createPartitionsV3,
  createTopicsV7,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
} from '@platformatic/kafka';
import type { Logger } from 'pino';
import type { CompleteTopicOptions } from '../../checks.ts';
import { LogError } from '../../errors.ts';
import type { KafkaAddress } from '../address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, passes } from '../cluster/codes.ts';
import { nameOf, Unsettled, unsettled } from '../cluster/failures.ts';
import type { KafkaTopic } from '../cluster/topic-directory.ts';
import { durabilityProblems, type TopicDurability } from './durability-problems.ts';
import { describeTopic, type TopicConfiguration } from './topic-settings.ts';

export interface EnsureContext {
  readonly cluster: Cluster;
  readonly logger: Logger;
  readonly address: KafkaAddress;
}

const { TOPIC: TOPIC_RESOURCE } = ConfigResourceTypes;
const { SET } = IncrementalAlterConfigOperationTypes;
const CONTROLLER_TIMEOUT_MILLIS = 8000;
const MIB = 2 ** 20;
const HOUR_MILLIS = 3_600_000;

/** Safe in several processes at once; resolves when every partition can be used. */
export async function ensureTopic(
  context: EnsureContext,
  name: string,
  options: CompleteTopicOptions,
): Promise<void> {
  const { cluster } = context;
  let isChecked = false;
  // One step at a time, each from what is there by then: others create, change and delete as well.
  await cluster.attempt(`make topic "${name}" ready`, async () => {
    const topic = await cluster.lookAt(name, 0);
    // Another broker may not have heard of what was created a moment ago.
    if (!topic) isChecked = (await createTopic(context, name, options)) || isChecked;
    else if (!isChecked) {
      await checkConfiguration(context, topic, options);
      isChecked = true;
    } else if (topic.leaders.length < options.partitions)
      await addPartitions(cluster, name, options.partitions);
    else if (topic.leaders.every((leader) => leader >= 0)) return;
    throw new Unsettled(`Topic "${name}" is not ready`);
  });
}

/** Whether it was this call that created it. */
async function createTopic(
  context: EnsureContext,
  name: string,
  options: CompleteTopicOptions,
): Promise<boolean> {
  const { cluster, address } = context;
  const act = `create topic "${name}"`;
  const wanted = { ...ownSettings(options), ...creationSettings(options, address) };
  const request = {
    name,
    numPartitions: options.partitions,
    replicationFactor: address.replication,
    assignments: [],
    configs: Object.entries(wanted).map(([key, value]) => ({ name: key, value })),
  };
  const connection = await cluster.controllerConnection();
  const { api } = createTopicsV7;
  const answer = await cluster.ask(connection, api, [request], CONTROLLER_TIMEOUT_MILLIS, false);
  const [result] = answer.topics;
  const code = result?.errorCode ?? Code.REQUEST_TIMED_OUT;
  if (code === Code.TOPIC_ALREADY_EXISTS) return false;
  if (passes(code)) throw unsettled(act, code);
  if (code !== Code.NONE) throw failure(act, code, result?.errorMessage);
  const durability = {
    replicas: address.replication,
    minInSync: minInSyncOf(address.replication),
  };
  warnOfDurability(context, name, durability);
  return true;
}

async function addPartitions(cluster: Cluster, name: string, count: number): Promise<void> {
  const act = `add partitions to topic "${name}"`;
  const connection = await cluster.controllerConnection();
  const request = [{ name, count, assignments: null }];
  const { api } = createPartitionsV3;
  const answer = await cluster.ask(connection, api, request, CONTROLLER_TIMEOUT_MILLIS, false);
  const [result] = answer.results;
  const code = result?.errorCode ?? Code.REQUEST_TIMED_OUT;
  // Another process has added as many or more in the meantime.
  if (code === Code.NONE || code === Code.INVALID_PARTITIONS) return;
  if (passes(code)) throw unsettled(act, code);
  throw failure(act, code, result?.errorMessage);
}

async function checkConfiguration(
  context: EnsureContext,
  topic: KafkaTopic,
  options: CompleteTopicOptions,
): Promise<void> {
  const { cluster, logger } = context;
  const { name } = topic;
  const found = await describeTopic(cluster, name);
  if (!found) return;
  const isCompacted = found.get('cleanup.policy')?.includes('compact') === true;
  if (isCompacted !== (options.cleanup === 'compact'))
    throw new TypeError(
      `Cannot change the cleanup of topic "${name}": current value is ${found.get('cleanup.policy')}`,
    );
  warnOfDifferences(context, topic, found);
  const changed = Object.entries(ownSettings(options)).filter(([key, value]) => found.get(key) !== value);
  if (changed.length === 0) return;
  const code = await alter(cluster, name, changed);
  if (code === Code.NONE)
    logger.info({ topic: name, ...Object.fromEntries(changed) }, "topic's settings changed");
  else logger.warn({ topic: name, reason: nameOf(code) }, "topic's settings could not be changed");
}

function warnOfDifferences(
  { cluster, logger, address }: EnsureContext,
  { name, replicas }: KafkaTopic,
  found: TopicConfiguration,
): void {
  const timestamps = found.get('message.timestamp.type');
  if (timestamps !== 'LogAppendTime')
    logger.warn({ topic: name, timestamps }, 'the append times of this topic are what its senders say');
  const maxMessageBytes = Number(found.get('max.message.bytes'));
  if (maxMessageBytes < address.messageMaxBytes)
    logger.warn(
      { topic: name, maxMessageBytes, wanted: address.messageMaxBytes },
      'the topic takes smaller messages than configured: larger requests are split',
    );
  const minInSync = Number(found.get('min.insync.replicas'));
  warnOfDurability({ cluster, logger, address }, name, { replicas, minInSync });
}

function warnOfDurability(
  { cluster, logger, address }: EnsureContext,
  topic: string,
  { replicas, minInSync }: Pick<TopicDurability, 'replicas' | 'minInSync'>,
): void {
  const brokers = cluster.nodes.length;
  const { replication: wantedReplicas } = address;
  for (const { message, set } of durabilityProblems({ replicas, minInSync, brokers, wantedReplicas }))
    logger.warn({ topic, replicas, minInSync, set }, message);
}

/** The broker's code. */
async function alter(
  cluster: Cluster,
  name: string,
  settings: readonly (readonly [string, string])[],
): Promise<number> {
  const configs = settings.map(([key, value]) => ({ name: key, configOperation: SET, value }) as const);
  const request = { resourceType: TOPIC_RESOURCE, resourceName: name, configs };
  const connection = await cluster.controllerConnection();
  const answer = await cluster.ask(connection, incrementalAlterConfigsV1.api, [request], false);
  const code = answer.responses[0]?.errorCode ?? Code.REQUEST_TIMED_OUT;
  if (passes(code)) throw unsettled(`set the retention of topic "${name}"`, code);
  return code;
}

/** What the port's options say; set again when it differs. */
function ownSettings({
  cleanup,
  retentionMillis,
  retentionBytes,
}: CompleteTopicOptions): Record<string, string> {
  if (cleanup === 'compact') return { 'delete.retention.ms': String(retentionMillis) };
  return { 'retention.ms': String(retentionMillis), 'retention.bytes': String(retentionBytes) };
}

/** What is set once, when the topic is created. */
function creationSettings(
  { cleanup, retentionMillis, retentionBytes }: CompleteTopicOptions,
  { replication, messageMaxBytes }: KafkaAddress,
): Record<string, string> {
  return {
    'cleanup.policy': cleanup,
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(messageMaxBytes),
    'min.insync.replicas': String(minInSyncOf(replication)),
    // Records go by whole segments, and never out of the one that is written: an eighth is how exact retention is.
    ...(cleanup === 'compact'
      ? { 'segment.bytes': String(32 * MIB), 'segment.ms': String(HOUR_MILLIS) }
      : {
          'segment.bytes': String(clamp(retentionBytes / 8, 16 * MIB, 1024 * MIB)),
          'segment.ms': String(clamp(retentionMillis / 8, HOUR_MILLIS / 6, 168 * HOUR_MILLIS)),
        }),
  };
}

/** With two replicas, 2 would let nothing in while one is away. */
function minInSyncOf(replication: number): number {
  return replication >= 3 ? 2 : 1;
}

function failure(act: string, code: number, message: string | null | undefined): LogError {
  return new LogError('log-failed', `Cannot ${act}: ${message ?? nameOf(code)}`);
}

function clamp(value: number, least: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, value)));
}
