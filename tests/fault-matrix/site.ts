import { pino } from 'pino';
import type { LogAddress } from '../../log/open-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { migrate } from '../../store/migrate/migrate.ts';
import type { Store } from '../../store/types.ts';
import { type ClickhouseServer, startClickhouseServer } from '../support/clickhouse-server.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

export const SILENT = pino({ level: 'silent' });

/** A log nobody else uses. */
export interface LogOfScenario {
  readonly address: LogAddress;
  /** Before every topic and group. */
  readonly prefix: string;
  readonly log: DurableLog;
  /** One more handle, as another program has it; to be closed by whoever asks. */
  another(): Promise<DurableLog>;
  /** Makes the topic anew, as if it were deleted; the handle in `log` knows it afterwards. */
  recreate(topic: string): Promise<void>;
  /** The group notices at once that its members are dead, which takes it ten seconds by itself. */
  buryMembers(): Promise<void>;
  /** Deletes the writers' group, which has no living members; only where groups can be deleted. */
  deleteGroup?(): Promise<void>;
  dispose(): Promise<void>;
}

/** What a file of the matrix gives its scenarios. */
export interface LogMaker {
  readonly kind: 'lmdb' | 'kafka';
  open(): Promise<LogOfScenario>;
  /** The broker, where there is one. */
  readonly broker?: { kill(): Promise<void>; start(): Promise<void> };
}

/** A ClickHouse with a proxy before it that fails on demand; all scenarios of a file share it. */
export interface Site {
  readonly server: ClickhouseServer;
  readonly proxy: FaultProxy;
  /** Past the proxy. */
  readonly store: Store;
  close(): Promise<void>;
}

/** Starts both and makes the tables. */
export async function startSite(): Promise<Site> {
  const server = await startClickhouseServer();
  const proxy = await startFaultProxy({ target: server.url });
  const store = createStore({ url: server.url });
  await migrate(store, {
    retentionTracesDays: 14,
    retentionLogsDays: 14,
    retentionMetricsDays: 14,
    retentionResultsDays: 400,
    retentionDeadLettersDays: 30,
    fsync: false,
  });
  return {
    server,
    proxy,
    store,
    async close() {
      await store.close();
      await proxy.close();
      await server.close();
    },
  };
}
