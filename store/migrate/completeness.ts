import { namesFor } from '../../schemas/migrations/index.ts';
import type { Ddl } from './ddl.ts';

/**
 * Whether every server of a cluster that answers has everything the migrations make: one may have joined after they
 * were run, or not have done them yet. A single server has what its ledger says.
 */
export async function isComplete(ddl: Ddl): Promise<boolean> {
  if (ddl.layout === 'single') return true;
  const names = namesFor(ddl.layout);
  const servers = await ddl.query<{ found: string }>(
    `SELECT countIf(database = {database:String} AND name IN {names:Array(String)}) AS found
     FROM ${ddl.system('tables')} GROUP BY hostName(), tcpPort()`,
    { names },
  );
  return servers.every(({ found }) => Number(found) === names.length);
}
