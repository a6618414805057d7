/**
 * Several ClickHouse servers that know each other as one cluster: the embedded engine's library, with Distributed
 * tables over real connections, and a Keeper within each process, so that definitions of replicated tables are
 * checked. What the library cannot do is substituted: ON CLUSTER (its statements are run on every server in turn) and
 * replication itself (replicated tables become plain ones of the same family).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createStore } from '../../store/client/clickhouse-store.ts';
import { freePort } from '../../store/embedded/free-port.ts';
import { engineLibrary } from '../../store/embedded/library.ts';
import type { Store, StoreEndpoint } from '../../store/types.ts';

const CHILD = fileURLToPath(new URL('../../store/embedded/child.ts', import.meta.url));

export const CLUSTER = 'test-cluster';

export interface TestCluster {
  /** Of all servers, each a shard of its own. */
  readonly endpoint: StoreEndpoint;
  /** One for each server. */
  readonly servers: readonly Store[];
  /** For migrations: runs ON CLUSTER statements on every server, with plain engines; the rest on the first. */
  readonly store: Store;
  /** The statements it was given, as they were. */
  readonly statements: readonly string[];
  close(): Promise<void>;
}

interface Ports {
  readonly http: number;
  readonly tcp: number;
}

/** Starts one server for each shard. `timeZone`: of all servers. */
export async function startTestCluster(options: {
  readonly shards: number;
  readonly timeZone: string;
}): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'valet-cluster-'));
  const ports: Ports[] = [];
  for (let shard = 0; shard < options.shards; shard++) {
    ports.push({ http: await freePort(), tcp: await freePort() });
  }
  const engines: ChildProcess[] = [];
  const servers: Store[] = [];
  for (const [shard, { http }] of ports.entries()) {
    const path = join(folder, String(shard));
    await mkdir(path);
    const configFile = join(folder, `${shard}.xml`);
    await writeFile(configFile, config(shard, ports));
    const args = [CHILD, engineLibrary(), path, configFile, String(http), String(process.pid)];
    const env = { TZ: options.timeZone };
    const engine = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    engines.push(engine);
    const server = createStore({ url: `http://127.0.0.1:${http}`, cluster: CLUSTER });
    while (!(await server.ping())) {
      if (engine.exitCode !== null) throw new Error('ClickHouse did not start');
      await sleep(20);
    }
    await server.command('SYSTEM START LISTEN TCP', { database: 'system' });
    servers.push(server);
  }
  const statements: string[] = [];
  return {
    endpoint: { url: ports.map(({ http }) => `http://127.0.0.1:${http}`).join(';'), cluster: CLUSTER },
    servers,
    store: substituting(servers, statements),
    statements,
    async close() {
      for (const server of servers) await server.close();
      for (const engine of engines) {
        const gone = once(engine, 'close');
        engine.kill('SIGKILL');
        await gone;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function config(shard: number, ports: readonly Ports[]): string {
  const shards = ports.map(
    ({ tcp }) =>
      `<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>${tcp}</port></replica></shard>`,
  );
  return `<clickhouse>
  <log-level>error</log-level>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>${ports[shard]?.tcp}</tcp_port>
  <max_server_memory_usage>1610612736</max_server_memory_usage>
  <zookeeper><implementation>testkeeper</implementation></zookeeper>
  <macros><shard>${shard}</shard><replica>one</replica></macros>
  <remote_servers><${CLUSTER}>${shards.join('')}</${CLUSTER}></remote_servers>
</clickhouse>
`;
}

const ON_CLUSTER = ` ON CLUSTER '${CLUSTER}'`;

/** A statement for one server by itself. */
export function withoutCluster(statement: string): string {
  return statement.replace(ON_CLUSTER, '');
}

/** With plain tables in place of replicated ones. */
export function withPlainEngine(statement: string): string {
  return statement
    .replace(/Replicated(\w*MergeTree)\('[^']*', '\{replica\}'(?:, (\w+))?\)/, '$1($2)')
    .replaceAll(/\breplicated_deduplication_window_seconds = \d+/g, 'index_granularity_bytes = 10485760')
    .replaceAll(/\breplicated_deduplication_window\b/g, 'non_replicated_deduplication_window');
}

function substituting(servers: readonly Store[], statements: string[]): Store {
  const [first] = servers as [Store, ...Store[]];
  return {
    insert: (block) => first.insert(block),
    query: (sql, options) => first.query(sql, options),
    stream: (sql, options) => first.stream(sql, options),
    ping: () => first.ping(),
    close: async () => {},
    async command(sql, { settings: _, ...options } = {}) {
      statements.push(sql);
      const everywhere = sql.includes(ON_CLUSTER);
      for (const server of everywhere ? servers : [first]) {
        await server.command(withPlainEngine(withoutCluster(sql)), options);
      }
    },
  };
}
