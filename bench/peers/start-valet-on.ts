import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listening, unusedPorts } from './listening.ts';
import { PeerProcess } from './peer-process.ts';
import type { Destination, Path, Sink, System } from './types.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DISCARDING = fileURLToPath(new URL('./discarding-receiver.ts', import.meta.url));

/** Valet's command line on each path; with ClickHouse all its roles run, as nobody else would carry the rows there. */
const COMMANDS = {
  nothing: [process.execPath, DISCARDING],
  kafka: [process.execPath, 'valet.ts', 'serve', '--role', 'receiver'],
  clickhouse: [process.execPath, 'valet.ts', 'serve'],
} as const satisfies Record<Destination, readonly string[]>;

/** An address nobody listens on. */
const NOWHERE = 'http://127.0.0.1:9';

export interface ValetOptions {
  /** The processor it may use. */
  readonly core: string;
  /** A command line to run instead, its parts separated by spaces. It finds ports and addresses in VALET_* variables. */
  readonly command?: string;
}

/** Starts Valet on an empty data directory and waits until it takes OTLP and says it is ready. */
export async function startValetOn(path: Path, sink: Sink, options: ValetOptions): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'valet-peers-'));
  mkdirSync(join(folder, 'slos'));
  const [grpcPort, httpPort, apiPort, sqlPort] = (await unusedPorts(4)) as [number, number, number, number];
  const [command = '', ...args] = options.command?.split(' ') ?? COMMANDS[path.destination];
  const environment = {
    VALET_DATA_DIR: join(folder, 'data'),
    VALET_SLO_DIR: join(folder, 'slos'),
    VALET_OTLP_GRPC_PORT: `${grpcPort}`,
    VALET_OTLP_HTTP_PORT: `${httpPort}`,
    VALET_API_PORT: `${apiPort}`,
    VALET_SQL_PORT: `${sqlPort}`,
    VALET_LOG_LEVEL: 'warn',
    ...addresses(path.destination, sink.address),
  };
  const { core } = options;
  const ready = async () => (await listening(grpcPort)) && (await listening(httpPort)) && (await isReady());
  const isReady = () =>
    path.destination === 'nothing'
      ? Promise.resolve(true)
      : fetch(`http://127.0.0.1:${apiPort}/readyz`).then(
          (response) => response.ok,
          () => false,
        );
  const valet = await PeerProcess.start({ command, args, environment, cwd: ROOT, core, folder }, ready);
  return {
    grpcPort,
    httpPort,
    pid: valet.pid,
    close: async () => {
      await valet.stop();
      if (valet.output !== '') process.stderr.write(valet.output);
    },
  };
}

/** In server mode both are wanted; the receiver speaks to Kafka alone. */
function addresses(destination: Destination, address: string): Readonly<Record<string, string>> {
  if (destination === 'clickhouse') return { VALET_CLICKHOUSE_URL: address };
  if (destination === 'nothing') return {};
  return { VALET_MODE: 'server', VALET_KAFKA_BROKERS: address, VALET_CLICKHOUSE_URL: NOWHERE };
}
