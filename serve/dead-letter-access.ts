import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DeadLetterAccess } from '../ingest/dead-letters/command.ts';
import { openLog } from '../log/open-log.ts';
import type { DurableLog } from '../log/types.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { createStore } from '../store/client/clickhouse-store.ts';
import { logAddress, serverEndpoint } from './addresses.ts';

/** Addresses that mean every interface; one of them is asked. */
const ANY_HOST: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

/**
 * How `valet dlq` reaches what the settings name: the ClickHouse server, or the SQL port of a running Valet that has
 * the engine inside; and the log itself, which takes several processes.
 */
export function deadLetterAccess(configuration: Configuration): DeadLetterAccess {
  const server = serverEndpoint(configuration);
  const url = server?.url ?? sqlUrl(configuration);
  return {
    store: createStore(server ?? { url }),
    where: `${server ? 'ClickHouse' : 'Valet'} at ${url}`,
    hint: server
      ? 'VALET_CLICKHOUSE_URL names another'
      : 'it must be running; VALET_SQL_PORT names another port',
    openLog: () => openExistingLog(configuration),
  };
}

function sqlUrl({ host, sqlPort }: Configuration): string {
  const asked = ANY_HOST.has(host) ? '127.0.0.1' : host;
  return `http://${asked.includes(':') && !asked.startsWith('[') ? `[${asked}]` : asked}:${sqlPort}`;
}

/** An embedded log is made where there is none; here that would be a mistake in the settings. */
async function openExistingLog(configuration: Configuration): Promise<DurableLog> {
  const address = logAddress(configuration);
  if (address.kind === 'lmdb' && !existsSync(join(address.path, 'data.mdb')))
    throw new Error(`there is none in ${address.path}; VALET_DATA_DIR names another data directory`);
  return await openLog(address, { logger: pino({ level: 'warn' }, pino.destination(2)) });
}
