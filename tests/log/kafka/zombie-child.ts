/** A member of a group that can be stopped: joins, tells its partitions, and commits or transacts when told. */
import pino from 'pino';
import { LogError } from '../../../log/errors.ts';
import { openKafkaLog } from '../../../log/kafka/open-kafka-log.ts';

const { address, group, topic } = JSON.parse(process.argv[2] as string);
const log = await openKafkaLog(address, { logger: pino({ level: 'silent' }) });
const tell = (message: object) => process.send?.(message);
await log.join(group, [topic], {
  assigned: (partitions) => void tell({ assigned: partitions.length }),
  revoked: (partitions) => void tell({ revoked: partitions.length }),
});

process.on('message', async (how: 'commit' | 'transact') => {
  const commits = [{ group, topic, partition: 0, offset: 666, metadata: 'zombie' }];
  const appends =
    how === 'transact' ? [{ topic, partition: 1, records: [{ value: Buffer.from('zombie') }] }] : [];
  const code = await log.transact({ appends, commits }).then(
    () => 'done',
    (error: unknown) => (error instanceof LogError ? error.code : String(error)),
  );
  tell({ code });
});
process.on('disconnect', () => process.exit());
