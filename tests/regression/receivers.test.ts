import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import pino from 'pino';
import { expect, test } from 'vitest';
import { callExport, grpcClient } from '../ingest/receiver/support/grpc.ts';
import { send } from '../ingest/receiver/support/http.ts';
import { start, until } from '../ingest/receiver/support/start.ts';
import { logRecord, logs, span, traces } from '../otlp/support/payloads.ts';

test('a gRPC client reads the message of an error as it was written', async () => {
  const receivers = await start();
  const body = traces(span());
  const answer = await callExport(
    grpcClient(receivers.grpcPort),
    'traces',
    body.subarray(0, body.length - 3),
  );
  expect(answer.message).toBe(
    'Cannot decode the request: length reaches past the end in resource_spans[0] at byte 1',
  );
});

test('a closing HTTP receiver ends connections that are kept alive with their next answer', async () => {
  const receivers = await start();
  receivers.log.mode = 'hold';
  const socket = connect(receivers.httpPort, '127.0.0.1');
  const post = (body: Buffer) => {
    socket.write(
      `POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  };
  let seen = '';
  socket.on('data', (data) => {
    seen += data.toString('latin1');
  });
  post(logs(logRecord()));
  await until(() => receivers.log.held === 1);
  const closed = receivers.close();
  post(logs(logRecord(), logRecord()));
  await until(() => receivers.log.held === 2);
  receivers.log.release();
  await once(socket, 'end');
  socket.destroy();
  await closed;
  const [, first, second] = seen.split('HTTP/1.1 200 OK\r\n');
  expect(first?.toLowerCase()).toContain('connection: keep-alive');
  expect(second?.toLowerCase()).toContain('connection: close');
});

test('a log that fails is reported once in ten seconds, with the number of requests', async () => {
  const lines: { readonly failures: number }[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as { failures: number });
      done();
    },
  });
  const receivers = await start({ logger: pino({ level: 'error' }, stream) });
  receivers.log.mode = 'fail';
  const fail = async () =>
    expect((await send(receivers.http('/v1/traces'), traces(span()))).status).toBe(503);
  for (let count = 0; count < 4; count++) await fail();
  expect(lines.map(({ failures }) => failures)).toEqual([1]);
  receivers.clock.now += 10_000;
  await fail();
  expect(lines.map(({ failures }) => failures)).toEqual([1, 4]);
});
