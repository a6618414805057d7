import type { Client } from '@grpc/grpc-js';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import { HTTP_PATH, jsonName, REJECTED_FIELD } from '../../../schemas/otlp.ts';
import { callExport, grpcClient } from '../../ingest/receiver/support/grpc.ts';
import { type HttpAnswer, send } from '../../ingest/receiver/support/http.ts';
import type { TestReceivers } from '../../ingest/receiver/support/start.ts';

export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

/** The ways a protobuf request comes in. */
export const TRANSPORTS = ['gRPC', 'HTTP'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Every signal over every transport, for `test.each`. */
export const WAYS = TRANSPORTS.flatMap((transport) => SIGNALS.map((signal) => [transport, signal] as const));

/** How an export ended, in words that fit both transports. */
export interface Outcome {
  /** gRPC status or HTTP status. */
  readonly status: number;
  /** Whether a client may send the same again. */
  readonly isRetryable: boolean;
  /** Seconds the answer asks to wait; undefined when it does not say. */
  readonly retrySeconds: number | undefined;
  /** `rejected_…` and `error_message` of the partial success; undefined when it is unset. */
  readonly partial: { readonly rejected: number; readonly message: string } | undefined;
  /** The error's message; '' on success. */
  readonly message: string;
  /** Bytes of a `google.rpc.Status`, as text. */
  readonly details: string;
  /** Of the response message. */
  readonly body: Buffer;
}

/** Retryable gRPC codes by the specification; RESOURCE_EXHAUSTED only with a RetryInfo. */
const RETRYABLE_CODES = [1, 4, 10, 11, 14, 15];
const RESOURCE_EXHAUSTED = 8;
const RETRYABLE_STATUSES = [429, 502, 503, 504];

/** Sends protobuf requests over one transport. */
export function exporter(receivers: TestReceivers, transport: Transport) {
  if (transport === 'HTTP') {
    return async (signal: Signal, body: Uint8Array) =>
      httpOutcome(await send(receivers.http(HTTP_PATH[signal]), body));
  }
  const client = grpcClient(receivers.grpcPort);
  return (signal: Signal, body: Uint8Array) => exportOverGrpc(client, signal, body);
}

async function exportOverGrpc(client: Client, signal: Signal, body: Uint8Array): Promise<Outcome> {
  const answer = await callExport(client, signal, body);
  const retrySeconds = retryDelay(answer.details);
  return {
    status: answer.code,
    isRetryable:
      RETRYABLE_CODES.includes(answer.code) ||
      (answer.code === RESOURCE_EXHAUSTED && retrySeconds !== undefined),
    retrySeconds,
    partial: answer.code === 0 ? partialOf(answer.body) : undefined,
    message: answer.message,
    details: answer.details?.toString('latin1') ?? '',
    body: answer.body,
  };
}

/** The outcome of an HTTP answer in protobuf. */
export function httpOutcome({ status, headers, body }: HttpAnswer): Outcome {
  const retryAfter = headers['retry-after'];
  return {
    status,
    isRetryable: RETRYABLE_STATUSES.includes(status),
    retrySeconds: retryAfter === undefined ? undefined : Number(retryAfter),
    partial: status === 200 ? partialOf(body) : undefined,
    message: status === 200 ? '' : (fields(body)[2]?.toString() ?? ''),
    details: status === 200 ? '' : body.toString('latin1'),
    body,
  };
}

/** Sends JSON text; the answer's JSON. */
export async function exportJson(receivers: TestReceivers, signal: Signal, text: string | Buffer) {
  const answer = await send(receivers.http(HTTP_PATH[signal]), Buffer.from(text), { type: JSON_TYPE });
  const json = JSON.parse(answer.body.toString()) as Record<string, unknown>;
  const partial = json['partialSuccess'] as Record<string, string> | undefined;
  const rejected = partial?.[jsonName(REJECTED_FIELD[signal])];
  return { ...answer, json, rejected: Number(rejected ?? 0), message: partial?.['errorMessage'] ?? '' };
}

/** `Export…PartialSuccess` of a response message. */
function partialOf(body: Buffer): Outcome['partial'] {
  const partial = fields(body)[1];
  if (partial === undefined) return undefined;
  const { 1: rejected, 2: message } = fields(partial);
  return { rejected: rejected === undefined ? 0 : varint(rejected), message: message?.toString() ?? '' };
}

/** Seconds of the `google.rpc.RetryInfo` in a Status' details. */
function retryDelay(status: Buffer | undefined): number | undefined {
  const any = status && fields(status)[3];
  if (any === undefined || !String(fields(any)[1]).endsWith('google.rpc.RetryInfo')) return undefined;
  const duration = fields(fields(any)[2] ?? Buffer.alloc(0))[1];
  return duration && varint(fields(duration)[1] ?? Buffer.from([0]));
}

/** Payloads of a message by field number, the last of each; enough for varints and lengths. */
function fields(bytes: Buffer): Record<number, Buffer | undefined> {
  const found: Record<number, Buffer> = {};
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++] as number;
    const start = at;
    while ((bytes[at++] as number) >= 0x80);
    if ((tag & 7) === 0) {
      found[tag >> 3] = bytes.subarray(start, at);
    } else {
      const end = at + varint(bytes.subarray(start, at));
      found[tag >> 3] = bytes.subarray(at, end);
      at = end;
    }
  }
  return found;
}

function varint(bytes: Buffer): number {
  return bytes.reduceRight((value, byte) => value * 128 + (byte & 0x7f), 0);
}
