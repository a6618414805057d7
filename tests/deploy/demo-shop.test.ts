/** `demo/main.ts shop`, the compose file's demo: a shop beside a Valet that somebody else runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, ValetProcess } from '../support/valet-process.ts';
import { ROOT } from './compose-file.ts';

/** Several starts of a whole Valet, on a machine that runs other tests too. */
const LIMIT_MILLIS = 300_000;

let valet: ValetProcess;
const shops: ChildProcess[] = [];

beforeAll(async () => {
  valet = await ValetProcess.start({ environment: { VALET_RETENTION_METRICS_DAYS: '40' } });
});
afterAll(async () => {
  for (const shop of shops) shop.kill('SIGKILL');
  await valet.remove();
});

interface Shop {
  /** Waits for a line like it, and returns what its first group matched. */
  said(pattern: RegExp): Promise<string>;
  readonly output: () => string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<unknown>;
}

function startShop(): Shop {
  const { grpc, http, sql } = valet.ports;
  const shop = spawn(
    process.execPath,
    [
      'demo/main.ts',
      'shop',
      '--rate=0.2',
      `--grpc-url=http://127.0.0.1:${grpc}`,
      `--http-url=http://127.0.0.1:${http}`,
      `--sql-url=http://127.0.0.1:${sql}`,
      '--control=127.0.0.1:0',
    ],
    { cwd: fileURLToPath(ROOT), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  shops.push(shop);
  const exited = once(shop, 'exit');
  let output = '';
  for (const stream of [shop.stdout, shop.stderr]) stream.on('data', (chunk) => (output += chunk));
  return {
    output: () => output,
    said: async (pattern) => await eventually(String(pattern), async () => pattern.exec(output)?.[1]),
    stop: async () => {
      shop.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}

async function spans(): Promise<number> {
  const [row] = await valet.sql<{ n: number }>('SELECT toUInt32(count()) AS n FROM otel_traces');
  return row?.n ?? 0;
}

test(
  'the shop fills an empty Valet with a past, once, and opens; its faults can be switched',
  async () => {
    const first = startShop();
    await first.said(/(Writing a day of history 100 %)/);
    await first.said(/(The shop is open)/);
    const control = await first.said(/fault switches at (\S+)/);
    const switched = await fetch(`${control}/faults/slow-login`, { method: 'PUT', body: '{"active":true}' });
    expect(await switched.json()).toMatchObject({ name: 'slow-login', active: true });
    expect(await first.stop()).toBe(0);
    await eventually('the past stored', async () => ((await spans()) > 1_000 ? true : undefined));

    const second = startShop();
    await second.said(/(The shop is open)/);
    expect(second.output()).not.toContain('history');
    expect(await second.stop()).toBe(0);
  },
  LIMIT_MILLIS,
);
