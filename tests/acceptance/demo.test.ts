/** `npm run demo`: starts, says where to look, and a fault switched on raises a page that says why. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlertRecord, SloSummary } from '../../engine/core/types.ts';
import { dashboardQueries, statement } from '../dashboards/queries.ts';
import { eventually, freePorts } from '../support/valet-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let demo: ChildProcess;
let environment: NodeJS.ProcessEnv;
let apiUrl: string;
let sqlUrl: string;
let output = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'valet-demo-'));
  const [grpc, http, api, sql] = await freePorts();
  apiUrl = `http://127.0.0.1:${api}`;
  sqlUrl = `http://127.0.0.1:${sql}`;
  environment = {
    ...process.env,
    VALET_DATA_DIR: join(folder, 'data'),
    VALET_OTLP_GRPC_PORT: String(grpc),
    VALET_OTLP_HTTP_PORT: String(http),
    VALET_API_PORT: String(api),
    VALET_SQL_PORT: String(sql),
  };
  // Little traffic, so that a day of history is written quickly.
  demo = spawn(process.execPath, ['demo/main.ts', '--rate', '0.6'], { cwd: ROOT, env: environment });
  for (const stream of [demo.stdout, demo.stderr]) stream?.on('data', (chunk) => (output += chunk));
  await eventually(
    'the shop open',
    async () => (output.includes('The shop is open') ? true : undefined),
    110_000,
  ).catch((error: unknown) => {
    throw new Error(output, { cause: error });
  });
});
afterAll(async () => {
  const exited = once(demo, 'exit');
  demo.kill('SIGINT');
  const [code] = await exited;
  rmSync(folder, { recursive: true, force: true });
  expect({ code, output }).toEqual({ code: 0, output });
});

async function get<Body>(path: string): Promise<Body> {
  return (await (await fetch(`${apiUrl}/api/v1${path}`)).json()) as Body;
}

test('the demo fills every SLO with a day of history, and has had incidents in it', async () => {
  expect(output).toContain(apiUrl);
  const { items } = await get<{ items: readonly SloSummary[] }>('/slos');
  expect(new Set(items.map(({ dimension }) => dimension))).toEqual(
    new Set(['volume', 'availability', 'latency', 'errors', 'tickets']),
  );
  for (const slo of items) {
    const filled = await eventually(`events of ${slo.name}`, async () => {
      const { items: all } = await get<{ items: readonly SloSummary[] }>('/slos');
      return all.find(({ name, sli }) => name === slo.name && sli !== null);
    });
    expect(filled.problems).toEqual([]);
  }
  const { items: past } = await get<{ items: readonly AlertRecord[] }>('/alerts?limit=1000');
  expect(past.some(({ retroactive, slo }) => retroactive && slo === 'login-latency')).toBe(true);
});

test('every query of the dashboards answers with rows of the demo through the SQL endpoint', async () => {
  const to = new Date();
  const choice = {
    from: new Date(to.getTime() - 86_400_000),
    to,
    intervalSeconds: 300,
    variables: { slo: 'login-latency', objective: 'two-nines', service: 'gateway' },
  };
  for (const { name, rawSql } of dashboardQueries()) {
    await eventually(`rows for ${name}`, async () => {
      const response = await fetch(`${sqlUrl}/?default_format=JSON`, {
        method: 'POST',
        body: statement(rawSql, choice),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${name}: ${text}`);
      return (JSON.parse(text) as { data: readonly unknown[] }).data.length > 0 ? true : undefined;
    });
  }
});

test('a fault switched on from the command line raises a page that explains itself, and switched off shows as off', async () => {
  expect(await demoCommand('fault', 'payment-errors', 'on')).toContain('payment-errors is on');
  const page = await eventually(
    'a page for payments',
    async () => {
      const { items } = await get<{ items: readonly AlertRecord[] }>(
        '/alerts?open=true&slo=payment-availability',
      );
      return items.find(({ severity, state }) => severity === 'page' && state === 'firing');
    },
    240_000,
  );
  expect(page.reason).toMatch(
    /1h burns at [\d.]+× \(\d+ bad of \d+\) and 5m burns at [\d.]+× \(\d+ bad of \d+\)/,
  );
  expect(page.details.sampleTraceIds[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(await demoCommand('fault', 'payment-errors', 'off')).toContain('payment-errors is off');
  const { items } = await get<{ items: readonly { name: string; active: boolean }[] }>('/demo/faults');
  expect(items.find(({ name }) => name === 'payment-errors')?.active).toBe(false);
}, 300_000);

async function demoCommand(...words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['demo/main.ts', ...words], { cwd: ROOT, env: environment });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  await once(child, 'exit');
  return text;
}
