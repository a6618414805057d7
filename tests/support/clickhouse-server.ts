/**
 * ClickHouse as a server of its own: the embedded engine's library with an open HTTP port on loopback and no user or
 * password, for what talks to it by `VALET_CLICKHOUSE_URL`.
 *
 *     const server = await startClickhouseServer();
 *     await server.kill(); // SIGKILL
 *     await server.start(); // the same data, the same port
 *     await server.close(); // ends it and removes its directory
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineProcess, untilReady } from '../../store/embedded/engine-process.ts';
import { freePort } from '../../store/embedded/free-port.ts';
import { engineLibrary } from '../../store/embedded/library.ts';

export interface ClickhouseServer {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on its data and port; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it and removes its directory. */
  close(): Promise<void>;
}

const CONFIG = `<clickhouse>
  <log-level>warning</log-level>
  <timezone>UTC</timezone>
  <listen_host>127.0.0.1</listen_host>
  <max_server_memory_usage>3221225472</max_server_memory_usage>
  <max_concurrent_queries>100</max_concurrent_queries>
  <background_schedule_pool_size>4</background_schedule_pool_size>
</clickhouse>
`;

/** Starts a server on an empty directory of its own. */
export async function startClickhouseServer(): Promise<ClickhouseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'valet-clickhouse-'));
  const path = join(folder, 'data');
  await mkdir(path);
  const configFile = join(folder, 'config.xml');
  await writeFile(configFile, CONFIG);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let engine: EngineProcess;

  async function start(): Promise<void> {
    engine = new EngineProcess({ library: engineLibrary(), path, configFile, port });
    const answers = () =>
      fetch(`${url}/ping`).then(
        (response) => response.ok,
        () => false,
      );
    if (!(await untilReady(engine, answers))) throw new Error(`ClickHouse did not start: ${engine.output}`);
  }

  async function kill(): Promise<void> {
    if (engine.pid !== undefined && engine.running) process.kill(engine.pid, 'SIGKILL');
    await engine.exited;
  }

  await start();
  return {
    url,
    get pid() {
      return engine.pid ?? -1;
    },
    kill,
    start,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
