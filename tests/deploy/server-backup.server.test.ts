/** Backup and restore in server mode, as docs/deploy.md tells: the store while the writer stands still, the log not at all. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { numberedRequests, requestKey } from '../../bench/payload/numbered-requests.ts';
import { DATABASE, GROUP_WRITER } from '../../schemas/names.ts';
import { EngineProcess, untilReady } from '../../store/embedded/engine-process.ts';
import { freePort } from '../../store/embedded/free-port.ts';
import { engineLibrary } from '../../store/embedded/library.ts';
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';

const SPANS = 50;

/** Several starts of a whole Valet, on a machine that runs other tests too. */
const LIMIT_MILLIS = 300_000;

let folder: string;
let broker: KafkaBroker;
let engine: EngineProcess;
let clickhouseUrl: string;
let writer: ValetProcess;
/** Every other role. */
let front: ValetProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valet-server-backup-'));
  [broker] = await Promise.all([startKafkaBroker(), startClickhouse()]);
  const environment = {
    VALET_MODE: 'server',
    VALET_KAFKA_BROKERS: broker.brokers.join(','),
    VALET_KAFKA_PARTITIONS: '2',
    VALET_CLICKHOUSE_URL: clickhouseUrl,
  };
  [writer, front] = await Promise.all([
    ValetProcess.start({ role: 'writer', environment }),
    ValetProcess.start({ role: 'receiver,engine,query', environment }),
  ]);
});
afterAll(async () => {
  await Promise.all([writer?.remove(), front?.remove()]);
  await engine?.stop(5_000);
  await broker?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A server that may write backups below the folder. */
async function startClickhouse(): Promise<void> {
  const path = join(folder, 'clickhouse');
  await mkdir(path);
  const configFile = join(folder, 'config.xml');
  await writeFile(
    configFile,
    `<clickhouse>
      <listen_host>127.0.0.1</listen_host>
      <backups><allowed_path>${folder}/backups/</allowed_path></backups>
    </clickhouse>`,
  );
  const port = await freePort();
  clickhouseUrl = `http://127.0.0.1:${port}`;
  engine = new EngineProcess({ library: engineLibrary(), path, configFile, port });
  const answers = () =>
    fetch(`${clickhouseUrl}/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
  expect(await untilReady(engine, answers), engine.output).toBe(true);
}

async function clickhouse(statement: string): Promise<string> {
  const response = await fetch(clickhouseUrl, { method: 'POST', body: statement });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  return text;
}

async function deleteWriterGroup(): Promise<void> {
  const admin = new Admin({ clientId: 'operator', bootstrapBrokers: [...broker.brokers] });
  try {
    await admin.deleteGroups({ groups: [GROUP_WRITER] });
  } finally {
    await admin.close();
  }
}

const { request } = numberedRequests(SPANS, Date.now());

async function sendAll(from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await Promise.all(
    numbers.map(async (number) => {
      const response = await fetch(`http://127.0.0.1:${front.ports.http}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: request(number),
      });
      expect(response.status, await response.text()).toBe(200);
    }),
  );
}

/** Waits until each of the first requests is there, and wants it there once. */
async function expectOnce(requests: number): Promise<void> {
  const rows = await eventually(`${requests} requests`, async () => {
    const found = await front.sql<{ request: string; spans: number }>(
      'SELECT substring(TraceId, 1, 16) AS request, toUInt32(count()) AS spans FROM otel_traces GROUP BY request',
    );
    return found.length >= requests ? found : undefined;
  });
  const wanted = Array.from({ length: requests }, (_, number) => [requestKey(number), SPANS] as const);
  expect(new Map(rows.map(({ request: key, spans }) => [key, spans]))).toEqual(new Map(wanted));
}

test(
  'a store restored from a backup gets from Kafka what came after it, once',
  async () => {
    await sendAll(0, 20);
    await expectOnce(20);
    // In the middle of its work: it finishes its batch, and what it has not begun waits.
    await sendAll(20, 60);
    await writer.stop();
    await clickhouse(`BACKUP DATABASE ${DATABASE} TO File('${folder}/backups/1')`);
    await sendAll(60, 80);
    await writer.restart();
    await sendAll(80, 100);
    await expectOnce(100);

    await Promise.all([writer.stop(), front.stop()]);
    await clickhouse(`DROP DATABASE ${DATABASE} SYNC`);
    await clickhouse(`RESTORE DATABASE ${DATABASE} FROM File('${folder}/backups/1')`);
    await deleteWriterGroup();
    await Promise.all([writer.restart(), front.restart()]);
    await expectOnce(100);
    await sendAll(100, 120);
    await expectOnce(120);
  },
  LIMIT_MILLIS,
);
