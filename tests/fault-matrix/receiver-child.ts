/** Receivers as a process of their own, to be killed. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { startReceivers } from '../../ingest/receiver/start-receivers.ts';
import { type ChildTask, openTaskLog, say } from './child-task.ts';

const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
const receivers = await startReceivers({
  log: await openTaskLog(task),
  host: '127.0.0.1',
  grpcPort: 0,
  httpPort: 0,
  maxRequestBytes: 2 ** 20,
  maxInFlightBytes: 2 ** 24,
  retentionDays: { traces: 14, metrics: 14, logs: 14 },
  registry: new Registry(),
  logger: pino({ level: 'silent' }),
  restoreBodies: task.address.kind === 'lmdb',
  now: Date.now,
});
if (task.stopAt === 'in-body') sayWhatArrives();
say({ ports: { http: receivers.httpPort, grpc: receivers.grpcPort } });

/** Bytes of a request are held from when they begin to arrive. */
function sayWhatArrives(): void {
  let before = 0;
  setInterval(() => {
    const now = receivers.inFlightBytes();
    if (now > before) say({ at: 'in-body' });
    before = now;
  }, 5);
}
