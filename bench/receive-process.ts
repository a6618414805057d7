/** The receivers on an LMDB log in a process of their own, so that their CPU time is nobody else's. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { startReceivers } from '../ingest/receiver/start-receivers.ts';
import { openLmdbLog } from '../log/lmdb/open-lmdb-log.ts';
import { SIGNALS, TOPIC_OF_SIGNAL } from '../schemas/names.ts';

/** What the parent hears: the ports once, then the CPU time so far at each message it sends. */
export type ReceiveMessage =
  | { readonly type: 'listening'; readonly grpcPort: number; readonly httpPort: number }
  | { readonly type: 'cpu'; readonly cpuSeconds: number; readonly residentBytes: number };

const MIB = 1024 * 1024;
const RETENTION_DAYS = 14;

const [path] = process.argv.slice(2);
if (path === undefined)
  throw new TypeError('Cannot start receivers as the first argument names no directory');
const log = await openLmdbLog({ path, maintain: true });
// Small retention: what is measured is appending, not filling a disk.
for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal], { retentionBytes: 256 * MIB });
const receivers = await startReceivers({
  log,
  host: '127.0.0.1',
  grpcPort: 0,
  httpPort: 0,
  maxRequestBytes: 64 * MIB,
  maxInFlightBytes: 128 * MIB,
  retentionDays: { traces: RETENTION_DAYS, metrics: RETENTION_DAYS, logs: RETENTION_DAYS },
  registry: new Registry(),
  logger: pino({ level: 'warn' }),
  now: Date.now,
});

function tell(message: ReceiveMessage): void {
  process.send?.(message);
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  tell({ type: 'cpu', cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit(0));
tell({ type: 'listening', grpcPort: receivers.grpcPort, httpPort: receivers.httpPort });
