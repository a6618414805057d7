/** A million spans through kill -9 at random moments: nothing acknowledged is lost, nothing is stored twice. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { numberedRequests, requestKey } from '../../bench/payload/numbered-requests.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';

const REQUESTS = 1000;
const SPANS_PER_REQUEST = 1000;
const SENDERS = 4;
const KILLS = 3;

let valet: ValetProcess;
const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });

beforeAll(async () => {
  valet = await ValetProcess.start();
});
afterAll(async () => {
  agent.destroy();
  await valet.remove();
});

function post(body: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        agent,
        port: valet.ports.http,
        path: '/v1/traces',
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', reject);
      },
    );
    call.once('error', reject);
    call.end(body);
  });
}

/** Sends one request until it is acknowledged; tells whether the first try was. */
async function deliver(body: Uint8Array): Promise<'first try' | 'repeated'> {
  for (let attempt = 1; ; attempt++) {
    const status = await post(body).catch(() => 0);
    if (status === 200) return attempt === 1 ? 'first try' : 'repeated';
    if (status >= 400 && status !== 429 && status !== 503) throw new Error(`refused with ${status}`);
    await sleep(100);
  }
}

test('1,000,000 spans survive three kill -9: none acknowledged is missing, none acknowledged at its first try is twice', async () => {
  const { request: encode } = numberedRequests(SPANS_PER_REQUEST, Date.now());
  const outcome = new Map<string, 'first try' | 'repeated'>();
  const killAt = Array.from({ length: KILLS }, () => Math.floor(REQUESTS * (0.1 + 0.8 * Math.random()))).sort(
    (a, b) => a - b,
  );
  let next = 0;
  const sender = async () => {
    for (let number = next++; number < REQUESTS; number = next++) {
      outcome.set(requestKey(number), await deliver(encode(number)));
    }
  };
  const killer = async () => {
    for (const threshold of killAt) {
      while (outcome.size < threshold) await sleep(5);
      await valet.kill();
      await valet.restart();
    }
  };
  await Promise.all([killer(), ...Array.from({ length: SENDERS }, sender)]);
  // The last kill of all: while the writer is still catching up.
  await valet.kill();
  await valet.restart();

  const stored = await eventually(
    'every request in the store',
    async () => {
      const [row] = await valet.sql<{ requests: number }>(
        'SELECT toUInt32(uniqExact(substring(TraceId, 1, 16))) AS requests FROM otel_traces',
      );
      if (row?.requests !== REQUESTS) return undefined;
      // What is stored twice could still be on its way: the writer's position must have reached the log's end.
      await eventually('the writer idle', async () => ((await writerLag()) === 0 ? true : undefined));
      return await valet.sql<{ request: string; spans: number }>(
        'SELECT substring(TraceId, 1, 16) AS request, toUInt32(count()) AS spans FROM otel_traces GROUP BY request',
      );
    },
    240_000,
  );
  const wrong = stored.filter(({ request: key, spans }) =>
    outcome.get(key) === 'first try'
      ? spans !== SPANS_PER_REQUEST
      : spans < SPANS_PER_REQUEST || spans % SPANS_PER_REQUEST !== 0,
  );
  const repeated = [...outcome.values()].filter((how) => how === 'repeated').length;
  const storedAgain = stored.filter(({ spans }) => spans > SPANS_PER_REQUEST).length;
  process.stdout.write(`repeated by the sender: ${repeated}, of them stored again: ${storedAgain}\n`);
  expect(wrong).toEqual([]);
  expect(stored.length).toBe(REQUESTS);
}, 600_000);

/** Log records the writer has not stored yet, as `/metrics` tells. */
async function writerLag(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${valet.ports.api}/metrics`)).text();
  const line = text
    .split('\n')
    .find(
      (candidate) => candidate.startsWith('valet_writer_lag_records') && candidate.includes('otlp_spans'),
    );
  if (line === undefined) throw new Error('no valet_writer_lag_records in /metrics');
  return Number(line.split(' ').at(-1));
}
