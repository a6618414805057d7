import pino from 'pino';
import { expect, test } from 'vitest';
import { Cluster } from '../../../../log/kafka/cluster/cluster.ts';
import { GroupMembership } from '../../../../log/kafka/group/membership.ts';
import { repeatCounter } from '../../../../log/kafka/produce/repeat-counter.ts';
import { freePorts } from '../../../support/valet-process.ts';
import { expectLogError } from '../../contract.ts';

test('GroupMembership rejects a join that nobody answers as the log failing, so that it is tried again', async () => {
  const [port] = await freePorts();
  const logger = pino({ level: 'silent' });
  const address = { kind: 'kafka', brokers: [`127.0.0.1:${port}`], clientId: 'test' } as const;
  const cluster = new Cluster(
    { ...address, replication: 1, messageMaxBytes: 1_000_000 },
    { logger, repeats: repeatCounter(undefined) },
  );
  const listener = { assigned: async () => {}, revoked: async () => {} };
  const membership = new GroupMembership({ cluster, logger, group: 'nobody', topics: ['none'], listener });
  await expectLogError(membership.join(), 'log-failed');
  expect(membership.ownership({ topic: 'none', partition: 0 })).toBeUndefined();
  await cluster.close();
});
