/** The OpenTelemetry Collector on free ports of the loopback address. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unusedPorts } from './listening.ts';
import { PeerProcess } from './peer-process.ts';
import { type PeerProgram, peerProgram } from './programs.ts';

/** A part of a Collector's configuration, as its documentation has it. */
export type Settings = Readonly<Record<string, unknown>>;

export interface CollectorPipeline {
  /** Names of receivers; `otlp` is always there. @default otlp alone */
  readonly receivers?: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters: readonly string[];
}

export interface CollectorOptions {
  /** Beside `otlp`. */
  readonly receivers?: Settings;
  readonly processors?: Settings;
  readonly exporters: Settings;
  /** By name: `traces`, `logs/second`. */
  readonly pipelines: Readonly<Record<string, CollectorPipeline>>;
  /** @default 'otelcol' */
  readonly program?: Extract<PeerProgram, 'otelcol' | 'otelcol-ch'>;
  /** The processor it may use. @default any */
  readonly core?: string;
}

export interface Collector {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly pid: number;
  /** Everything it has printed so far. */
  readonly output: string;
  close(): Promise<void>;
}

const READY = 'Everything is ready';

/** Starts a Collector and waits until all its receivers run; throws when it is not built. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const command = peerProgram(options.program ?? 'otelcol');
  const folder = mkdtempSync(join(tmpdir(), 'valet-collector-'));
  const [grpcPort, httpPort] = (await unusedPorts(2)) as [number, number];
  const file = join(folder, 'config.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(configuration(options, { grpcPort, httpPort }), null, 2));
  const { core } = options;
  const collector = await PeerProcess.start(
    { command, args: ['--config', file], folder, ...(core === undefined ? {} : { core }) },
    (output) => output.includes(READY),
  );
  return {
    grpcPort,
    httpPort,
    pid: collector.pid,
    get output() {
      return collector.output;
    },
    close: () => collector.stop(),
  };
}

function configuration(
  { receivers, processors, exporters, pipelines }: CollectorOptions,
  { grpcPort, httpPort }: { readonly grpcPort: number; readonly httpPort: number },
): Settings {
  const protocols = {
    grpc: { endpoint: `127.0.0.1:${grpcPort}`, max_recv_msg_size_mib: 64 },
    http: { endpoint: `127.0.0.1:${httpPort}` },
  };
  const withReceiver = Object.entries(pipelines).map(([name, pipeline]) => [
    name,
    { receivers: ['otlp'], ...pipeline },
  ]);
  return {
    receivers: { otlp: { protocols }, ...receivers },
    ...(processors ? { processors } : {}),
    exporters,
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'info' } },
      pipelines: Object.fromEntries(withReceiver),
    },
  };
}
