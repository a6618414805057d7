/** A data directory of an earlier version, left by kill -9, opened by this one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SIGNALS } from '../../schemas/names.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';
import {
  KEEP_ALL,
  OLD_DATA_ROWS,
  oldDataRequest,
  SLO_FILE,
  SLO_NAME,
  STORED_REQUESTS,
  TABLE_COUNTS,
  WAITING_REQUESTS,
} from './old-data.ts';

const FOLDER = fileURLToPath(new URL('old-data', import.meta.url));
/** Several starts of a whole Valet, on a machine that runs other tests too. */
const LIMIT_MILLIS = 300_000;
const OLD_REQUESTS = STORED_REQUESTS + WAITING_REQUESTS;

let folder: string;
let valet: ValetProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'valet-upgrade-'));
});
afterEach(async () => {
  await valet?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.each(readdirSync(FOLDER))(
  '%s opens with everything acknowledged in it once, and takes more',
  async (archive) => {
    const unpacked = spawnSync('tar', [
      '--extract',
      '--gzip',
      '--file',
      join(FOLDER, archive),
      '--directory',
      folder,
    ]);
    expect(unpacked.status, String(unpacked.stderr)).toBe(0);
    valet = await ValetProcess.start({
      slos: { 'kept.yaml': SLO_FILE },
      environment: { ...KEEP_ALL, VALET_DATA_DIR: join(folder, 'data') },
    });
    await expectCounts(valet, OLD_REQUESTS);
    await expectEventsCountedOnce(valet);

    for (const signal of SIGNALS) {
      const response = await fetch(`http://127.0.0.1:${valet.ports.http}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: oldDataRequest(signal, OLD_REQUESTS, Date.now()),
      });
      expect(response.status, await response.text()).toBe(200);
    }
    await expectCounts(valet, OLD_REQUESTS + 1);
    await expectEventsCountedOnce(valet);
    const { items } = await valet.api<{ items: readonly { name: string }[] }>('/slos');
    expect(items.map(({ name }) => name)).toEqual([SLO_NAME]);
  },
  LIMIT_MILLIS,
);

/** Waits until each table has as many rows at least, then wants exactly as many, each trace id in one request. */
async function expectCounts(of: ValetProcess, requests: number): Promise<void> {
  const wanted = TABLE_COUNTS(requests);
  const count = async (table: string) => {
    const [row] = await of.sql<{ n: number }>(
      `SELECT toUInt32(count()) AS n FROM ${table} WHERE ${OLD_DATA_ROWS}`,
    );
    return row?.n ?? 0;
  };
  for (const [table, rows] of Object.entries(wanted))
    await eventually(`${rows} rows in ${table}`, async () =>
      (await count(table)) >= rows ? true : undefined,
    );
  const found = await Promise.all(
    Object.keys(wanted).map(async (table) => [table, await count(table)] as const),
  );
  expect(Object.fromEntries(found)).toEqual(wanted);
}

/** The engine has gone on where it was: its slices hold every server span once. */
async function expectEventsCountedOnce(of: ValetProcess): Promise<void> {
  const numbers = await eventually('every server span in a slice', async () => {
    const [row] = await of.sql<{ counted: number; spans: number }>(
      `SELECT toUInt32(sum(Total)) AS counted,
              (SELECT toUInt32(count()) FROM otel_traces WHERE SpanKind = 'Server') AS spans
       FROM valet_slices FINAL WHERE Slo = '${SLO_NAME}'`,
    );
    return row && row.counted >= row.spans ? row : undefined;
  });
  expect(numbers.counted).toBe(numbers.spans);
}
