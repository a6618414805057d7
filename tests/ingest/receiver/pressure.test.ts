import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Pressure } from '../../../ingest/receiver/pressure.ts';
import { LogError } from '../../../log/errors.ts';
import { GOOD } from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { send } from './support/http.ts';
import { openCall, session } from './support/raw-grpc.ts';
import { ControlledLog, start } from './support/start.ts';

const SHORT: Pressure = { reason: 'The disk is almost full: free space', retrySeconds: 7 };

describe('Under pressure', () => {
  test('requests are refused with the reason and a delay, and taken again afterwards', async () => {
    const state: { pressure: Pressure | undefined } = { pressure: SHORT };
    const receivers = await start({ pressure: () => state.pressure });
    const client = grpcClient(receivers.grpcPort);
    const refused = await send(receivers.http('/v1/traces'), GOOD.traces);
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
    expect(refused.body.toString()).toContain(SHORT.reason);
    const call = await callExport(client, 'traces', GOOD.traces);
    expect(call).toMatchObject({ code: 14, message: SHORT.reason });
    expect(call.details?.toString()).toContain('google.rpc.RetryInfo');
    expect(receivers.log.appends).toBe(0);
    state.pressure = undefined;
    expect((await send(receivers.http('/v1/traces'), GOOD.traces)).status).toBe(200);
    expect((await callExport(client, 'logs', GOOD.logs)).code).toBe(0);
  });

  test('requests are refused before their body is read', async () => {
    const receivers = await start({ pressure: () => SHORT });
    const socket = connect(receivers.httpPort, '127.0.0.1');
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.write(
      'POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n',
    );
    expect(await answer).toMatch(/^HTTP\/1.1 503/);
    socket.destroy();
    const call = openCall(session(receivers.grpcPort));
    const headers = await new Promise<Record<string, unknown>>((resolve) => call.on('response', resolve));
    expect(headers['grpc-status']).toBe('14');
  });
});

test('A log that is full is named as such, with what to do', async () => {
  const log = new (class extends ControlledLog {
    override async append(): Promise<never> {
      throw new LogError('log-full', 'no space left');
    }
  })();
  const receivers = await start({ log });
  const refused = await send(receivers.http('/v1/traces'), GOOD.traces);
  expect(refused.status).toBe(503);
  expect(refused.body.toString()).toMatch(/log is full: free space on its disk, or lower logRetentionMib/);
});
