/** A Kafka broker in memory on a free port of the loopback address. */
import { listening, unusedPorts } from './listening.ts';
import { PeerProcess } from './peer-process.ts';
import { peerProgram } from './programs.ts';

export interface KafkaMockOptions {
  readonly topics: readonly string[];
  /** @default 1 */
  readonly partitions?: number;
  /** Throws away what is produced. @default false */
  readonly blackhole?: boolean;
  /** The processor it may use. @default any */
  readonly core?: string;
}

export interface KafkaMock {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** Starts the mock and waits until it listens; throws when it is not built. */
export async function startKafkaMock(options: KafkaMockOptions): Promise<KafkaMock> {
  const { topics, partitions = 1, blackhole = false, core } = options;
  const [port] = (await unusedPorts(1)) as [number];
  const args = [
    `-port=${port}`,
    `-topics=${topics.join(',')}`,
    `-partitions=${partitions}`,
    `-max-bytes=${MAX_MESSAGE_BYTES}`,
    ...(blackhole ? ['-blackhole'] : []),
  ];
  const command = peerProgram('kfaked');
  const mock = await PeerProcess.start({ command, args, ...(core === undefined ? {} : { core }) }, () =>
    listening(port),
  );
  return { address: `127.0.0.1:${port}`, close: () => mock.stop() };
}
