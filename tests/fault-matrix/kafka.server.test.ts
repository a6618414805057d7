import { randomUUID } from 'node:crypto';
import { Admin } from '@platformatic/kafka';
import { openKafkaLog } from '../../log/kafka/open-kafka-log.ts';
import { GROUP_WRITER } from '../../schemas/names.ts';
import { prefixedLog } from '../log/kafka/prefixed-log.ts';
import { startKafkaBroker } from '../support/kafka-broker.ts';
import { faultMatrix } from './matrix.ts';
import { type LogOfScenario, SILENT } from './site.ts';
import { eventually } from './world.ts';

faultMatrix('kafka', async () => {
  const broker = await startKafkaBroker();
  return {
    kind: 'kafka',
    broker,
    close: () => broker.close(),
    async open(): Promise<LogOfScenario> {
      const { address } = broker;
      const prefix = `${randomUUID()}-`;
      const another = async () => prefixedLog(await openKafkaLog(address, { logger: SILENT }), prefix);
      const log = await another();
      const asAdmin = async (act: (admin: Admin) => Promise<void>) => {
        const admin = new Admin({ clientId: 'matrix', bootstrapBrokers: [...broker.brokers] });
        await act(admin).finally(() => admin.close());
      };
      return {
        address,
        prefix,
        log,
        another,
        buryMembers: () =>
          asAdmin(async (admin) => {
            const groupId = prefix + GROUP_WRITER;
            const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
            const members = [...(group?.members.keys() ?? [])].map((memberId) => ({ memberId }));
            if (members.length > 0) await admin.removeMembersFromConsumerGroup({ groupId, members });
          }),
        deleteGroup: () =>
          asAdmin(async (admin) => {
            await admin.deleteGroups({ groups: [prefix + GROUP_WRITER] });
          }),
        async recreate(topic) {
          const before = await log.identity(topic);
          await asAdmin((admin) => admin.deleteTopics({ topics: [prefix + topic] }));
          await eventually('the topic anew', async () => {
            await log.ensureTopic(topic);
            return (await log.identity(topic)) !== before;
          });
        },
        dispose: () => log.close(),
      };
    },
  };
});
