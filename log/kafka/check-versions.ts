import * as kafka from '@platformatic/kafka';
import { LogError } from '../errors.ts';
import type { Cluster } from './cluster/cluster.ts';
import { Code } from './cluster/codes.ts';
import { refusal } from './cluster/failures.ts';
import { fetchApi } from './fetch/fetch-request.ts';
import { produceApi } from './produce/produce-request.ts';

/** The requests this adapter makes, each in one fixed version: Kafka 3.2 and newer understand all of them. */
const USED = [
  produceApi,
  fetchApi,
  kafka.listOffsetsV7.api,
  kafka.metadataV12.api,
  kafka.offsetCommitV8.api,
  kafka.offsetFetchV8.api,
  kafka.findCoordinatorV4.api,
  kafka.joinGroupV9.api,
  kafka.heartbeatV4.api,
  kafka.leaveGroupV5.api,
  kafka.syncGroupV5.api,
  kafka.createTopicsV7.api,
  kafka.deleteRecordsV2.api,
  kafka.initProducerIdV4.api,
  kafka.addPartitionsToTxnV3.api,
  kafka.addOffsetsToTxnV3.api,
  kafka.endTxnV3.api,
  kafka.txnOffsetCommitV3.api,
  kafka.describeConfigsV4.api,
  kafka.createPartitionsV3.api,
  kafka.incrementalAlterConfigsV1.api,
];

/** What not every broker that can be used offers. */
export interface Offer {
  /** Kafka 3.3 and newer tell how full their disks are. */
  readonly tellsDisks: boolean;
}

/** Throws a {@link LogError} `log-failed` when no broker is reached, or one that lacks a request. */
export async function checkVersions(cluster: Cluster): Promise<Offer> {
  const act = 'ask a Kafka broker what it understands';
  const answer = await cluster.attempt(act, async () => {
    const connection = await cluster.anyConnection();
    return cluster.ask(connection, kafka.apiVersionsV3.api, 'valet', '1');
  });
  if (answer.errorCode !== Code.NONE) throw refusal(act, answer.errorCode);
  const offered = new Map(answer.apiKeys.map((api) => [api.apiKey, api]));
  const lacks = ({ key, version }: { readonly key: number; readonly version: number }) => {
    const range = offered.get(key);
    return !range || version < range.minVersion || version > range.maxVersion;
  };
  const missing = USED.filter(lacks);
  if (missing.length === 0) return { tellsDisks: !lacks(kafka.describeLogDirsV4.api) };
  const names = missing.map(({ key, version }) => `${kafka.protocolAPIsById[key] ?? key} ${version}`);
  throw new LogError(
    'log-failed',
    `Cannot use this Kafka broker as it does not understand ${names.join(', ')}`,
  );
}
