import { Agent, request } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import type { Signal } from '../../schemas/names.ts';
import { HTTP_PATH } from '../../schemas/otlp.ts';

/** Sends one body; resolves when it is acknowledged, rejects when it is refused. */
export interface Sender {
  send(body: Uint8Array): Promise<void>;
  close(): void;
}

export type SenderProtocol = 'HTTP' | 'gRPC';

const EXPORT_PATH = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
} as const satisfies Record<Signal, string>;

/** Where to send. */
export interface SenderOptions {
  readonly protocol: SenderProtocol;
  readonly signal: Signal;
  readonly port: number;
  /** Requests in flight at most. */
  readonly connections: number;
}

/** A sender that keeps its connections. */
export function createSender(options: SenderOptions): Sender {
  return options.protocol === 'HTTP' ? httpSender(options) : grpcSender(options);
}

function httpSender({ signal, port, connections }: SenderOptions): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const path = HTTP_PATH[signal];
  return {
    send: (body) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
        const call = request({ agent, port, path, method: 'POST', headers }, (response) => {
          response.resume();
          response.once('end', () =>
            response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
          );
        });
        call.once('error', reject);
        call.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function grpcSender({ signal, port }: SenderOptions): Sender {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
  });
  const asIs = (bytes: Buffer) => bytes;
  return {
    send: (body) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
        client.makeUnaryRequest(EXPORT_PATH[signal], asIs, asIs, bytes, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    close: () => client.close(),
  };
}
