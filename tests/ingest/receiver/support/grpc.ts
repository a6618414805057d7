import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import type { Signal } from '../../../../schemas/names.ts';
import { GRPC_SERVICE } from '../../../../schemas/otlp.ts';

/** How a call ended. */
export interface GrpcAnswer {
  readonly code: number;
  readonly message: string;
  /** The response message; empty on failure. */
  readonly body: Buffer;
  /** `grpc-status-details-bin`. */
  readonly details: Buffer | undefined;
}

const asIs = (bytes: Buffer) => bytes;

/** A client of the official library; it closes with the test. Gzip when `compress`. */
export function grpcClient(port: number, { compress = false } = {}): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    'grpc.enable_retries': 0,
    // A connection of its own.
    'grpc.use_local_subchannel_pool': 1,
    ...(compress ? { 'grpc.default_compression_algorithm': 2 } : {}),
  });
  onTestFinished(() => client.close());
  return client;
}

/** Exports a request body. */
export function callExport(
  client: Client,
  signal: Signal,
  body: Uint8Array,
  metadata = new Metadata(),
): Promise<GrpcAnswer> {
  return call(client, `/${GRPC_SERVICE[signal]}/Export`, body, metadata);
}

/** Calls any method with any body. */
export function call(
  client: Client,
  path: string,
  body: Uint8Array,
  metadata = new Metadata(),
): Promise<GrpcAnswer> {
  return new Promise((resolve) => {
    const done = (error: ServiceError | null, response?: Buffer) =>
      resolve({
        code: error?.code ?? 0,
        message: error?.details ?? '',
        body: response ?? Buffer.alloc(0),
        details: error?.metadata.get('grpc-status-details-bin')[0] as Buffer | undefined,
      });
    client.makeUnaryRequest(path, asIs, asIs, Buffer.from(body), metadata, {}, done);
  });
}
