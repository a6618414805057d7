/** Uses everything a handle has, closes it, and then has to end by itself. */
import pino from 'pino';
import { openKafkaLog } from '../../../log/kafka/open-kafka-log.ts';

const address = JSON.parse(process.argv[2] as string);
const log = await openKafkaLog(address, { logger: pino({ level: 'silent' }) });
await log.ensureTopic('closing-child', { partitions: 2 });
const of = { topic: 'closing-child', partition: 0 };
await log.join('closing-child', ['closing-child'], { assigned: () => {}, revoked: () => {} });
await log.append(of.topic, [{ value: Buffer.from('a') }], 0);
await log.transact({
  appends: [{ ...of, records: [{ value: Buffer.from('b') }] }],
  commits: [{ group: 'closing-child', ...of, offset: 1, metadata: '' }],
});
const waiting = [
  log.read(of, 2, { waitMillis: 600_000 }),
  log.read({ ...of, partition: 1 }, 0, { waitMillis: 600_000 }),
];
await new Promise((resolve) => setTimeout(resolve, 100));
await log.close();
await Promise.all(waiting);
process.disconnect?.();
