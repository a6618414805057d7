/** Alerts on their way from engines on one log to targets: an outage, a take-over, a downtime, a running role. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AlertDelivery } from '../../../engine/delivery/alert-delivery.ts';
import { deliveryMetrics } from '../../../engine/delivery/delivery-metrics.ts';
import { runEngine } from '../../../engine/run-engine.ts';
import { TOPIC_OF_SIGNAL } from '../../../schemas/names.ts';
import { Fleet, type FleetEngine } from '../support/fleet.ts';
import { Harness, sloYaml } from '../support/harness.ts';
import { burst } from '../support/traces.ts';
import { FakeTarget } from './support/fake-target.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const MINUTE = 60_000;
const never = new AbortController().signal;

let target: FakeTarget;
let fleet: Fleet;
let deliveries: Map<FleetEngine, AlertDelivery>;
let made: AlertDelivery[];
beforeEach(async () => {
  target = await FakeTarget.start();
  deliveries = new Map();
  made = [];
});
afterEach(async () => {
  await target.close();
});

function makeDelivery(): AlertDelivery {
  const delivery = new AlertDelivery({
    alertmanagerUrls: target.url,
    webhookUrls: '',
    watchdogAlert: 'Dog',
    consoleUrl: 'http://console',
    metrics: deliveryMetrics(new Registry()),
    logger: pino({ level: 'silent' }),
    now: () => fleet.nowMillis,
  });
  made.push(delivery);
  return delivery;
}

async function createFleet(): Promise<void> {
  const files = { 'slo.yaml': sloYaml() };
  const options = { nowMillis: T0, latenessSeconds: 600, files, sliPartitions: 4 };
  fleet = await Fleet.create({ ...options, makeDelivery });
}

async function start(): Promise<FleetEngine> {
  const engine = await fleet.start();
  const delivery = made.at(-1);
  if (delivery !== undefined) deliveries.set(engine, delivery);
  return engine;
}

async function kill(engine: FleetEngine): Promise<void> {
  deliveries.delete(engine);
  await fleet.kill(engine);
}

function append(total: number, bad = 0): Promise<unknown> {
  return fleet.cluster.log.append(TOPIC_OF_SIGNAL.traces, [{ value: burst(fleet.nowMillis, total, bad) }]);
}

/** So many seconds of traffic, metered, evaluated and delivered as it comes. */
async function traffic(seconds: number, bad = 0): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    await append(10, bad);
    fleet.nowMillis += 10_000;
    await fleet.settle();
    await deliver();
  }
}

async function deliver(): Promise<void> {
  for (const delivery of deliveries.values()) await delivery.round(never);
}

/** An hour of clean traffic, taken at once. */
async function cleanHour(): Promise<void> {
  for (let passed = 0; passed < HOUR; passed += 10_000) {
    await append(10);
    fleet.nowMillis += 10_000;
  }
  await fleet.settle();
}

/** What an Alertmanager that takes the latest word of each set of labels has now, the watchdog left out. */
function active(): readonly { startsAt: string; labels: object; annotations: Record<string, string> }[] {
  const latest = new Map(target.alerts.map((alert) => [JSON.stringify(alert.labels), alert]));
  return [...latest.values()].filter(
    ({ labels, endsAt }) => labels.alertname !== 'Dog' && Date.parse(endsAt) > fleet.nowMillis,
  );
}

describe('AlertDelivery', () => {
  afterEach(() => fleet.close());

  test('gives one page for one incident whose four tiers all fire, and the real end of each', async () => {
    await createFleet();
    await start();
    await cleanHour();
    for (let minute = 0; minute < 10; minute += 1) {
      await traffic(MINUTE / 1000, 10);
      expect(active()).toHaveLength(1);
    }
    const [page] = active();
    expect(page).toMatchObject({
      labels: {
        alertname: 'ValetErrorBudgetBurn',
        slo: 'shop-availability',
        objective: 'objective-1',
        service: 'shop',
        severity: 'page',
      },
    });
    // With an hour of history the slower tier fires first: the page begins with it.
    const tier = async (window: string) =>
      (await fleet.replica()).alerts({ limit: 10 }).find(({ longWindow }) => longWindow === window);
    expect(page?.startsAt).toBe((await tier('6h'))?.startedAt);
    expect(page?.annotations).toMatchObject({
      tier: 'page 1h',
      inhibited: 'page 6h, ticket 1d, ticket 3d',
      console_url: 'http://console/#/slo/shop-availability',
    });
    expect(page?.annotations['sample_trace_ids']).toMatch(/^[\da-f]{32}/);

    // The short windows of the tiers clear one after the other: 5 min, 30 min, 2 h, 6 h.
    await traffic(310);
    expect(active()).toMatchObject([{ startsAt: page?.startsAt, annotations: { tier: 'page 6h' } }]);
    await traffic(1600);
    expect(active()).toMatchObject([{ labels: { severity: 'ticket' } }]);
    const ended = target.alerts.findLast(({ labels }) => labels.severity === 'page');
    expect(ended).toMatchObject({ labels: page?.labels, startsAt: page?.startsAt });
    expect(ended.endsAt).toBe((await tier('6h'))?.endedAt);
    const pages = new Set(
      target.alerts.filter(({ labels }) => labels.severity === 'page').map(({ startsAt }) => startsAt),
    );
    expect(pages.size).toBe(1);
  }, 120_000);

  test('goes on under the same labels and start when another engine takes over', async () => {
    await createFleet();
    const first = await start();
    await cleanHour();
    await traffic(90, 10);
    const [before] = active();
    expect(before?.labels).toMatchObject({ severity: 'page' });
    await kill(first);
    const sent = target.received.length;
    await start();
    await traffic(40, 10);
    expect(target.received.length).toBeGreaterThan(sent);
    expect(active()).toEqual([
      expect.objectContaining({ labels: before?.labels, startsAt: before?.startsAt }),
    ]);
  });

  test('says nothing as an engine that hung, once another one has taken over', async () => {
    await createFleet();
    const hung = await start();
    await start();
    await fleet.cluster.rebalance('valet-evaluator', () => 0);
    await fleet.cluster.rebalance('valet-meter', () => 1);
    await cleanHour();
    await traffic(90, 10);
    expect(active()).toHaveLength(1);
    const zombie = deliveries.get(hung);
    deliveries.delete(hung);
    await fleet.cluster.expel(hung.handle);
    fleet.engines.splice(fleet.engines.indexOf(hung), 1);
    await traffic(310);
    const sent = target.received.length;
    await zombie?.round(never);
    expect(target.received).toHaveLength(sent);
    fleet.engines.push(hung);
  });

  test('delivers after a downtime what is so now, and nothing of what was meanwhile', async () => {
    await createFleet();
    const first = await start();
    await cleanHour();
    await kill(first);
    // An outage that begins and ends while nobody evaluates.
    for (let passed = 0; passed < 2 * HOUR; passed += 10_000) {
      await append(10, passed < 2 * MINUTE ? 10 : 0);
      fleet.nowMillis += 10_000;
    }
    const before = target.received.length;
    await start();
    for (let step = 0; step < 5; step += 1) {
      await fleet.settle();
      await deliver();
    }
    const told = target.received.slice(before).flatMap(({ body }) => body);
    expect(told.filter(({ labels }) => labels.severity === 'page')).toEqual([]);
    const alerts = (await fleet.replica()).alerts({ limit: 10 });
    expect(alerts.find(({ longWindow }) => longWindow === '1h')).toMatchObject({ retroactive: true });
    const open = alerts.filter(({ endedAt, state }) => endedAt === null && state === 'firing');
    expect(active().map(({ annotations }) => annotations['tier'])).toEqual(
      open.map(({ severity, longWindow }) => `${severity} ${longWindow}`),
    );
    expect(told.map(({ labels }) => labels.alertname)).toContain('Dog');
  }, 120_000);

  test('ends the alerts of an engine whose log is away by itself, and goes on with them when it is back', async () => {
    await createFleet();
    const { handle } = await start();
    await cleanHour();
    await traffic(90, 10);
    const [before] = active();
    const transact = handle.transact.bind(handle);
    handle.transact = () => Promise.reject(new Error('broker away'));
    const sent = () => target.alerts.filter(({ labels }) => labels.alertname !== 'Dog').length;
    for (let passed = 0; passed < 90; passed += 10) {
      fleet.nowMillis += 10_000;
      await deliver();
    }
    const last = sent();
    fleet.nowMillis += 10_000;
    await deliver();
    expect(sent()).toBe(last);
    expect(active()).toHaveLength(1);
    fleet.nowMillis += 5 * MINUTE;
    expect(active()).toEqual([]);
    handle.transact = transact;
    await traffic(20, 10);
    expect(active()).toEqual([
      expect.objectContaining({ labels: before?.labels, startsAt: before?.startsAt }),
    ]);
  });
});

test('runEngine() delivers what fires to each target, whatever the others do, and ends with its signal', async () => {
  const harness = await Harness.create();
  const broken = await FakeTarget.start();
  broken.behaviour = 'silent';
  const stop = new AbortController();
  const running = runEngine({
    log: harness.log,
    store: undefined,
    delivery: {
      alertmanagerUrls: `${broken.url},${target.url}`,
      webhookUrls: `${target.url}/hook`,
      watchdogAlert: 'Dog',
      consoleUrl: '',
    },
    sloDir: harness.sloDir,
    latenessSeconds: 600,
    registry: new Registry(),
    logger: pino({ level: 'silent' }),
    signal: stop.signal,
    now: () => harness.nowMillis,
  });
  try {
    await vi.waitFor(() => expect(target.received.map(({ path }) => path)).toContain('/hook'), {
      timeout: 20_000,
    });
    await harness.append(burst(harness.nowMillis, 100, 50));
    harness.nowMillis += 10_000;
    const pagesAt = (path: string) =>
      target.received
        .filter((each) => each.path === path)
        .flatMap(({ body }) => (Array.isArray(body) ? body : body.alerts))
        .filter(({ labels }) => labels.severity === 'page');
    await vi.waitFor(() => expect(pagesAt('/api/v2/alerts')).toHaveLength(1), { timeout: 20_000 });
    await vi.waitFor(() => expect(pagesAt('/hook')).toHaveLength(1), { timeout: 20_000 });
    expect(broken.received.length).toBeGreaterThan(0);
  } finally {
    stop.abort();
    await running;
    await broken.close();
    await harness.close();
  }
});
