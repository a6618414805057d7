import { ConfigResourceTypes, describeConfigsV4 } from '@platformatic/kafka';
import type { Logger } from 'pino';
import type { Cluster } from '../cluster/cluster.ts';
import { Code, passes } from '../cluster/codes.ts';
import { refusal, unsettled } from '../cluster/failures.ts';

/** Settings of a topic that decide what can be appended to it. */
export interface TopicSettings {
  readonly cleanup: 'delete' | 'compact';
  readonly messageMaxBytes: number;
}

/** A topic's configuration as the broker has it, defaults included, by name. */
export type TopicConfiguration = ReadonlyMap<string, string>;

/** Settings change rarely, and a broker tells when they were too old. */
const AGE_MILLIS = 300_000;
const KAFKA_DEFAULT_MESSAGE_BYTES = 1_048_588;
const TOPIC_RESOURCE = ConfigResourceTypes.TOPIC;
const AUTHORIZATION_FAILURES: ReadonlySet<number> = new Set([29, 31]);

/** What the brokers say about the topics' settings, asked for once in a while. */
export class TopicSettingsCache {
  readonly #cluster: Cluster;
  readonly #logger: Logger;
  readonly #known = new Map<string, { readonly settings: TopicSettings; readonly at: number }>();
  readonly #asking = new Map<string, Promise<TopicSettings>>();

  constructor(cluster: Cluster, logger: Logger) {
    this.#cluster = cluster;
    this.#logger = logger;
  }

  /** The settings without asking, when they are known. */
  known(topic: string): TopicSettings | undefined {
    const known = this.#known.get(topic);
    return known && performance.now() - known.at < AGE_MILLIS ? known.settings : undefined;
  }

  async get(topic: string): Promise<TopicSettings> {
    const known = this.known(topic);
    if (known) return known;
    const asked = this.#asking.get(topic) ?? this.#ask(topic);
    this.#asking.set(topic, asked);
    try {
      return await asked;
    } finally {
      this.#asking.delete(topic);
    }
  }

  forget(topic: string): void {
    this.#known.delete(topic);
  }

  async #ask(topic: string): Promise<TopicSettings> {
    const configuration = await this.#cluster.attempt(`read the settings of topic "${topic}"`, () =>
      describeTopic(this.#cluster, topic),
    );
    if (!configuration)
      this.#logger.warn({ topic }, "the topic's settings may not be read: Kafka's defaults are assumed");
    const settings = {
      cleanup: configuration?.get('cleanup.policy')?.includes('compact') ? 'compact' : 'delete',
      messageMaxBytes: Number(configuration?.get('max.message.bytes') ?? KAFKA_DEFAULT_MESSAGE_BYTES),
    } as const;
    this.#known.set(topic, { settings, at: performance.now() });
    return settings;
  }
}

/**
 * The topic's configuration; undefined when this user may not read it. Asked for once: `Unsettled` when no broker
 * tells.
 */
export async function describeTopic(
  cluster: Cluster,
  topic: string,
): Promise<TopicConfiguration | undefined> {
  const act = `read the settings of topic "${topic}"`;
  const request = { resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: KEYS };
  const connection = await cluster.anyConnection();
  const answer = await cluster.ask(connection, describeConfigsV4.api, [request], false, false);
  const [result] = answer.results;
  const code = result?.errorCode ?? Code.UNKNOWN_TOPIC_OR_PARTITION;
  if (AUTHORIZATION_FAILURES.has(code)) return undefined;
  if (passes(code)) throw unsettled(act, code);
  if (!result || code !== Code.NONE) throw refusal(act, code);
  return new Map(result.configs.map(({ name, value }) => [name, value ?? '']));
}

/** What Valet sets or depends on. */
const KEYS = [
  'cleanup.policy',
  'max.message.bytes',
  'message.timestamp.type',
  'retention.ms',
  'retention.bytes',
  'delete.retention.ms',
  'min.insync.replicas',
];
