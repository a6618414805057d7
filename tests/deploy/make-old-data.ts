/**
 * Makes the data directory of this version, as kill -9 leaves it in the middle of its work:
 * `node tests/deploy/make-old-data.ts` writes `tests/deploy/old-data/<version>.tar.gz`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { decodeState } from '../../ingest/writer/plan.ts';
import { openLmdbLog } from '../../log/lmdb/open-lmdb-log.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { GROUP_WRITER, SIGNALS, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';
import {
  KEEP_ALL,
  OLD_DATA_ROWS,
  oldDataRequest,
  SLO_FILE,
  STORED_REQUESTS,
  TABLE_COUNTS,
  WAITING_REQUESTS,
} from './old-data.ts';

const ATTEMPTS = 10;
const logger = pino({ name: 'make-old-data' });

for (let attempt = 1; ; attempt++) {
  const valet = await ValetProcess.start({ slos: { 'kept.yaml': SLO_FILE }, environment: KEEP_ALL });
  try {
    await fill(valet);
    await valet.kill();
    if (await hasOpenWork(join(valet.folder, 'data', 'log'))) {
      pack(valet.folder);
      break;
    }
    if (attempt === ATTEMPTS) throw new Error('The writer was never caught in the middle of its work');
    logger.info({ attempt }, 'the writer had stored everything before the kill; once more');
  } finally {
    await valet.remove();
  }
}

async function fill(valet: ValetProcess): Promise<void> {
  const atMillis = Date.now();
  await send(valet, { from: 0, to: STORED_REQUESTS, atMillis });
  for (const [table, count] of Object.entries(TABLE_COUNTS(STORED_REQUESTS))) {
    await eventually(table, async () => {
      const [row] = await valet.sql<{ n: number }>(
        `SELECT toUInt32(count()) AS n FROM ${table} WHERE ${OLD_DATA_ROWS}`,
      );
      return row?.n === count ? true : undefined;
    });
  }
  await eventually('slices', async () => {
    const [row] = await valet.sql<{ n: number }>('SELECT toUInt32(sum(Total)) AS n FROM valet_slices FINAL');
    return (row?.n ?? 0) > 0 ? true : undefined;
  });
  await send(valet, { from: STORED_REQUESTS, to: STORED_REQUESTS + WAITING_REQUESTS, atMillis });
}

async function send(
  valet: ValetProcess,
  { from, to, atMillis }: { readonly from: number; readonly to: number; readonly atMillis: number },
): Promise<void> {
  const requests = SIGNALS.flatMap((signal) =>
    Array.from({ length: to - from }, (_, index) => ({
      signal,
      body: oldDataRequest(signal, from + index, atMillis),
    })),
  );
  await Promise.all(
    requests.map(async ({ signal, body }) => {
      const response = await fetch(`http://127.0.0.1:${valet.ports.http}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body,
      });
      if (!response.ok) throw new Error(`${signal}: ${response.status} ${await response.text()}`);
    }),
  );
}

/** Looks into a copy: whether the writer had a batch planned and not done, or records it had not planned yet. */
async function hasOpenWork(path: string): Promise<boolean> {
  const copy = mkdtempSync(join(tmpdir(), 'valet-old-data-'));
  cpSync(path, copy, { recursive: true });
  const log = await openLmdbLog({ path: copy });
  try {
    for (const topic of Object.values(TOPIC_OF_SIGNAL)) {
      const of = { topic, partition: 0 };
      const committed = await log.committed(GROUP_WRITER, of);
      const { next } = await log.bounds(of);
      if (committed && (decodeState(committed.metadata)?.plan || committed.offset < next)) return true;
    }
    return false;
  } finally {
    await log.close();
    rmSync(copy, { recursive: true });
  }
}

function pack(folder: string): void {
  const archive = fileURLToPath(new URL(`old-data/${packageJson.version}.tar.gz`, import.meta.url));
  mkdirSync(fileURLToPath(new URL('old-data', import.meta.url)), { recursive: true });
  const { status, stderr } = spawnSync(
    'tar',
    ['--create', '--gzip', '--file', archive, '--exclude=*.log', '--directory', folder, 'data'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  logger.info({ archive }, 'written');
}
