import { connect } from 'node:http2';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { GRPC_SERVICE } from '../../schemas/otlp.ts';
import { callExport, grpcClient } from '../ingest/receiver/support/grpc.ts';
import { start, until } from '../ingest/receiver/support/start.ts';
import { logRecord, logs } from '../otlp/support/payloads.ts';

const thrown: unknown[] = [];
const note = (error: unknown) => thrown.push(error);
process.on('uncaughtException', note);
beforeEach(() => {
  thrown.length = 0;
});
afterAll(() => process.off('uncaughtException', note));

/** Opens calls on one connection, sends each `data`, and when the receiver has it cuts the connection. */
async function vanish(
  port: number,
  data: Buffer,
  { end, seen }: { readonly end: boolean; readonly seen: (calls: number) => boolean },
): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const calls = 50;
  for (let call = 0; call < calls; call++) {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${GRPC_SERVICE.logs}/Export`,
      'content-type': 'application/grpc',
    });
    stream.on('error', () => {});
    stream.write(data);
    if (end) stream.end();
  }
  await until(() => seen(calls));
  session.socket.destroy();
  session.destroy();
}

test('callers that vanish in the middle of a message are nobody to answer', async () => {
  const receivers = await start();
  const announced = Buffer.from([0, 0, 0, 0, 100, 1, 2, 3]);
  await vanish(receivers.grpcPort, announced, {
    end: false,
    seen: (calls) => receivers.inFlightBytes() === calls * 100,
  });
  await until(() => receivers.inFlightBytes() === 0);
  expect((await callExport(grpcClient(receivers.grpcPort), 'logs', logs(logRecord()))).code).toBe(0);
  expect(thrown).toEqual([]);
});

test('callers that vanish before they are answered are nobody to answer', async () => {
  const receivers = await start();
  receivers.log.mode = 'hold';
  const body = logs(logRecord());
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  await vanish(receivers.grpcPort, Buffer.concat([prefix, body]), {
    end: true,
    seen: () => receivers.log.held === 1,
  });
  receivers.log.release();
  await until(() => receivers.inFlightBytes() === 0);
  expect(
    (await callExport(grpcClient(receivers.grpcPort), 'logs', logs(logRecord(), logRecord()))).code,
  ).toBe(0);
  expect(thrown).toEqual([]);
});
