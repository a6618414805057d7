import { StoreError } from '../errors.ts';
import type { Ddl } from './ddl.ts';

const UTC = ['UTC', 'Etc/UTC', 'UCT', 'Etc/UCT', 'Zulu', 'Etc/Zulu', 'Universal', 'Etc/Universal'];

/**
 * A single server's tables take their days from the server's time zone, while blocks, partitions and what readers are
 * told are in UTC. Throws {@link StoreError} `time-zone` when it is another; a cluster's tables name theirs.
 */
export async function requireUtc(ddl: Ddl): Promise<void> {
  if (ddl.layout === 'cluster') return;
  const [zones] = await ddl.query<{ server: string; session: string }>(
    'SELECT serverTimezone() AS server, timezone() AS session',
  );
  const { server = '', session = '' } = zones ?? {};
  if (UTC.includes(server) && UTC.includes(session)) return;
  const [zone, remedy] = UTC.includes(server)
    ? [session, 'take session_timezone out of the settings of its user or profile']
    : [server, "set <timezone>UTC</timezone> in the server's configuration"];
  throw new StoreError(
    'time-zone',
    `Cannot use a ClickHouse whose time zone is not UTC: current value is ${zone}; ${remedy}`,
  );
}
