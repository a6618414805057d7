/** A writer as a process of its own, to be killed. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createOtlpMapping } from '../../ingest/writer/otlp-mapping.ts';
import { runWriter } from '../../ingest/writer/run-writer.ts';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { type ChildTask, openTaskLog, say } from './child-task.ts';
import { POLICY } from './policy.ts';

const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
await runWriter({
  log: await openTaskLog(task),
  store: createStore({ url: task.storeUrl }),
  mapping: createOtlpMapping(),
  policy: POLICY,
  registry: new Registry(),
  logger: pino({ level: 'silent' }),
  signal: new AbortController().signal,
  signals: ['traces'],
  limits: { maxWaitMillis: 20 },
  backoff: { baseMillis: 20, maxMillis: 200 },
  leaveMillis: 200,
});
say({ assigned: 0 });
