import { expect } from 'vitest';
import type { Signal } from '../../schemas/names.ts';

/** Sends a protobuf request to an OTLP/HTTP port of this machine and expects it to be taken in full. */
export async function post(port: number, signal: Signal, body: Uint8Array): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(body),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  // The Collector's full success is a response with an empty partial_success, Valet's has none.
  expect({ status: response.status, rejected: answer.length > 2 ? answer.toString() : '' }).toEqual({
    status: 200,
    rejected: '',
  });
}
