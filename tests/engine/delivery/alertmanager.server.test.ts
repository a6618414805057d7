/** A real Alertmanager, told by the engine as it runs: a worker thread on a durable log. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { EngineWorkerData } from '../../../engine/worker-data.ts';
import { openLmdbLog } from '../../../log/lmdb/open-lmdb-log.ts';
import type { DurableLog } from '../../../log/types.ts';
import {
  SIGNALS,
  TOPIC_DEFINITIONS,
  TOPIC_OF_SIGNAL,
  TOPIC_SLI,
  TOPIC_STATE,
} from '../../../schemas/names.ts';
import type { ToWorker } from '../../../schemas/worker-messages.ts';
import { eventually } from '../../support/valet-process.ts';
import { sloYaml } from '../support/harness.ts';
import { burst } from '../support/traces.ts';
import { Alertmanager, type KnownAlert } from './support/alertmanager.ts';
import { FakeTarget } from './support/fake-target.ts';

/** Longer than a repetition (30 s). */
const REPEATED_MILLIS = 60_000;
const SLO = 'shop-availability';

let directory: string;
let log: DurableLog;
let alertmanager: Alertmanager;
let notified: FakeTarget;
let worker: Worker | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'valet-alerts-'));
  await writeFile(join(directory, 'slo.yaml'), sloYaml({ name: SLO }));
  log = await openLmdbLog({ path: join(directory, 'log') });
  for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal]);
  await log.ensureTopic(TOPIC_SLI);
  for (const topic of [TOPIC_STATE, TOPIC_DEFINITIONS]) await log.ensureTopic(topic, { cleanup: 'compact' });
  notified = await FakeTarget.start();
  alertmanager = await Alertmanager.start(await configuration());
});
afterEach(async () => {
  await worker?.terminate();
  await alertmanager.remove();
  await notified.close();
  await log.close();
  await rm(directory, { recursive: true, force: true });
});

/** What deploy/ has, with somebody to notify, and sooner. */
async function configuration(): Promise<string> {
  const path = new URL('../../../deploy/alertmanager/alertmanager.yml', import.meta.url);
  const shipped = parse(await readFile(path, 'utf8'));
  const webhook = [{ url: `${notified.url}/notified`, send_resolved: true }];
  return stringify({
    ...shipped,
    route: { ...shipped.route, group_wait: '1s', group_interval: '1s' },
    receivers: [{ name: 'nobody', webhook_configs: webhook }, { name: 'dead-mans-switch' }],
  });
}

function startEngine(): void {
  const workerData: EngineWorkerData = {
    log: { kind: 'lmdb', path: join(directory, 'log') },
    endpoint: { url: 'http://127.0.0.1:9' },
    delivery: {
      alertmanagerUrls: alertmanager.url,
      webhookUrls: '',
      watchdogAlert: 'ValetWatchdog',
      consoleUrl: 'http://console.example',
    },
    sloDir: directory,
    latenessSeconds: 600,
    logLevel: 'silent',
  };
  worker = new Worker(new URL('../../../engine/main.ts', import.meta.url), { workerData });
}

async function drainEngine(): Promise<void> {
  if (worker === undefined) return;
  const ended = once(worker, 'exit');
  worker.postMessage({ type: 'drain' } satisfies ToWorker);
  await ended;
}

/** What Alertmanager has of an alert. */
async function known(alertname: string): Promise<readonly KnownAlert[]> {
  return (await alertmanager.active()).filter(({ labels }) => labels['alertname'] === alertname);
}

/** Waits until the only burn-rate alert satisfies a test. */
function onlyAlert(what: string, isMet: (alert: KnownAlert) => boolean = () => true): Promise<KnownAlert> {
  return eventually(
    what,
    async () => {
      const alerts = await known('ValetErrorBudgetBurn');
      expect(alerts.length).toBeLessThanOrEqual(1);
      return alerts.find(isMet);
    },
    REPEATED_MILLIS,
  );
}

/** Notifications that went out: what they say and of which alerts. */
function notifications(): readonly string[] {
  return notified.received.map(({ body }) =>
    [body.status, ...body.alerts.map(({ labels }: KnownAlert) => labels['severity'])].join(' '),
  );
}

test('Alertmanager gets one page for an incident whose four tiers fire, keeps it over restarts of both, and its end', async () => {
  startEngine();
  await eventually('the watchdog', async () =>
    (await known('ValetWatchdog')).length === 1 ? true : undefined,
  );
  expect(await known('ValetErrorBudgetBurn')).toEqual([]);

  // At once more than every tier allows: 1.44, 0.6, 0.3 and 0.1 % of an hour, 6 hours, a day and three days.
  const faultMillis = Date.now();
  await log.append(TOPIC_OF_SIGNAL.traces, [{ value: burst(faultMillis, 10, 2) }]);
  const page = await onlyAlert('a page', ({ labels }) => labels['severity'] === 'page');
  expect(page.labels).toEqual({
    alertname: 'ValetErrorBudgetBurn',
    slo: SLO,
    objective: 'objective-1',
    service: 'shop',
    severity: 'page',
  });
  expect(page.annotations).toMatchObject({
    tier: 'page 1h',
    inhibited: 'page 6h, ticket 1d, ticket 3d',
    long_good: '8',
    long_total: '10',
  });
  expect(page.generatorURL).toBe(`http://console.example/#/slo/${SLO}`);
  await eventually('a notification', async () => (notifications().length > 0 ? true : undefined));
  expect(notifications()).toEqual(['firing page']);

  // It keeps what it notified of, but no alerts.
  await alertmanager.stop();
  await alertmanager.restart();
  const again = await onlyAlert('the page again');
  expect(again).toMatchObject({ labels: page.labels, startsAt: page.startsAt });

  await drainEngine();
  const last = await onlyAlert('the page of the engine that ended');
  startEngine();
  const isLater = ({ endsAt }: KnownAlert) => Date.parse(endsAt) > Date.parse(last.endsAt);
  const repeated = await onlyAlert('the page of the next engine', isLater);
  expect(repeated).toMatchObject({ labels: page.labels, startsAt: page.startsAt });

  // So many good ones come late, at once, that no tier burns any more: not one after the other.
  await log.append(TOPIC_OF_SIGNAL.traces, [{ value: burst(faultMillis, 10_000) }]);
  await eventually(
    'the end',
    async () => ((await known('ValetErrorBudgetBurn')).length === 0 ? true : undefined),
    REPEATED_MILLIS,
  );
  await eventually(
    'its notification',
    async () => (notifications().length > 1 ? true : undefined),
    REPEATED_MILLIS,
  );
  expect(notifications()).toEqual(['firing page', 'resolved page']);
  const [resolved] = notified.received.at(-1)?.body.alerts ?? [];
  expect(Date.parse(resolved.startsAt)).toBe(Date.parse(page.startsAt));
  expect(Date.parse(resolved.endsAt)).toBeGreaterThan(Date.parse(page.startsAt));
  expect(Date.parse(resolved.endsAt)).toBeLessThanOrEqual(Date.now());
  expect(await known('ValetWatchdog')).toHaveLength(1);
}, 240_000);
