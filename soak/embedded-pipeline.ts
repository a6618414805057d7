import { join } from 'node:path';
import { childrenOf } from '../bench/process-usage.ts';
import { eventually, ValetProcess } from '../tests/support/valet-process.ts';
import type { Pipeline, Victim, Watched } from './pipeline.ts';

const REST_MILLIS = 20_000;

/** One process with everything inside, and the engine's child it watches over. */
export async function startEmbeddedPipeline(): Promise<Pipeline> {
  const valet = await ValetProcess.start();
  const engine = () => childrenOf(valet.pid)[0] ?? -1;
  const victims: readonly Victim[] = [
    {
      name: 'Valet',
      group: 'Valet',
      restMillis: REST_MILLIS,
      kill: () => valet.kill(),
      restart: () => valet.restart(),
    },
    {
      name: 'ClickHouse',
      group: 'ClickHouse',
      restMillis: REST_MILLIS,
      kill: async () => {
        const pid = engine();
        if (pid > 0) process.kill(pid, 'SIGKILL');
      },
      // Valet starts it again by itself.
      restart: async () => {
        await eventually('the engine', async () => ((await answers(valet)) ? true : undefined), 90_000);
      },
    },
  ];
  const watched: readonly Watched[] = [
    {
      name: 'Valet',
      get pid() {
        return valet.pid;
      },
    },
    {
      name: 'ClickHouse',
      get pid() {
        return engine();
      },
    },
  ];
  return {
    logAddress: { kind: 'lmdb', path: join(valet.folder, 'data', 'log') },
    httpPorts: [valet.ports.http],
    grpcPorts: [valet.ports.grpc],
    victims,
    watched,
    query: (sql) => valet.sql(sql),
    get output() {
      return valet.output;
    },
    close: () => valet.remove(),
  };
}

async function answers(valet: ValetProcess): Promise<boolean> {
  return await valet.sql('SELECT 1').then(
    () => true,
    () => false,
  );
}
