/** One target: told at once, again, and to the end; away, slow, broken or unwilling without harm to anything else. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliveryMetrics } from '../../../engine/delivery/delivery-metrics.ts';
import { parseWebhookUrls } from '../../../engine/delivery/parse-targets.ts';
import { MAX_ALERTS, TargetSender } from '../../../engine/delivery/target-sender.ts';
import type { Notification } from '../../../engine/delivery/types.ts';
import { at, T0, told } from './support/alerts.ts';
import { type Behaviour, FakeTarget } from './support/fake-target.ts';

interface Line {
  readonly msg: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly labels?: object;
}

let target: FakeTarget;
let sender: TargetSender;
let registry: Registry;
let wanted: Notification[];
let nowMillis: number;
let lines: Line[];
const never = new AbortController().signal;

beforeEach(async () => {
  target = await FakeTarget.start();
  wanted = [];
  nowMillis = T0;
  lines = [];
  sender = open();
});
afterEach(() => target.close());

/** A sender to an address, the fake target's by default. */
function open(url = `${target.url}/hook`): TargetSender {
  const [parsed] = parseWebhookUrls(url);
  if (parsed === undefined) throw new Error('no target');
  registry = new Registry();
  return new TargetSender({
    target: parsed,
    notifications: () => wanted,
    bodyOf: (notifications, sentMillis) =>
      notifications.map(({ key, endsAt }) => ({ key, endsAt, sentMillis })),
    metrics: deliveryMetrics(registry),
    logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) }),
    now: () => nowMillis,
    get timeoutMillis() {
      return target.behaviour === 'silent' ? 200 : 10_000;
    },
  });
}

/** One round so many seconds later: the keys sent in it, request by request. */
async function round(seconds = 0): Promise<readonly string[]> {
  nowMillis += seconds * 1000;
  const before = target.received.length;
  await sender.round(never);
  return target.received.slice(before).map(({ body }) => body.map(({ key }: Notification) => key).join(' '));
}

/** Values of a metric, by its labels beside the target. */
async function metric(name: string): Promise<Readonly<Record<string, number>>> {
  const values = (await registry.getSingleMetric(`valet_engine_${name}`)?.get())?.values ?? [];
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['reason'] ?? 'all'), value]));
}

const messages = () => lines.map(({ msg }) => msg);

describe('TargetSender', () => {
  test('sends what fires at once and again every 30 s', async () => {
    wanted = [told('a')];
    expect(await round()).toEqual(['a']);
    expect(await round(29)).toEqual([]);
    wanted.push(told('b'));
    expect(await round(0.5)).toEqual(['b']);
    expect(await round(0.5)).toEqual(['a']);
    expect(await round(29.5)).toEqual(['b']);
    expect(await metric('delivered_alerts_total')).toEqual({ all: 4 });
  });

  test('sends a change at once', async () => {
    wanted = [told('a')];
    await round();
    wanted = [told('a', { revision: '2' })];
    expect(await round(1)).toEqual(['a']);
  });

  test('sends an end five times, and the alert again when it fires anew', async () => {
    const ended = told('a', { endsAt: at(1), revision: 'ended' });
    wanted = [ended];
    for (let times = 0; times < 5; times += 1) expect(await round(times === 0 ? 0 : 30)).toEqual(['a']);
    expect(await round(30)).toEqual([]);
    expect(await round(300)).toEqual([]);
    wanted = [told('a', { revision: 'anew' })];
    expect(await round(1)).toEqual(['a']);
    wanted = [ended];
    expect(await round(1)).toEqual(['a']);
    expect(target.alerts.at(-1)).toMatchObject({ endsAt: at(1) });
  });

  test('sends the user and password of its address as basic authentication', async () => {
    sender = open(target.url.replace('//', '//eve:p%40ss@'));
    wanted = [told('a')];
    await round();
    expect(target.received[0]?.authorization).toBe(`Basic ${btoa('eve:p@ss')}`);
  });

  test(`sends at most ${MAX_ALERTS} alerts in a request`, async () => {
    wanted = Array.from({ length: 2 * MAX_ALERTS + 1 }, (_, index) => told(`a${index}`));
    const sent = await round();
    expect(sent.map((keys) => keys.split(' ').length)).toEqual([MAX_ALERTS, MAX_ALERTS, 1]);
    expect(await round(1)).toEqual([]);
  });

  test('sends so much at a time that what is new does not wait for long, and is first', async () => {
    wanted = Array.from({ length: 20 * MAX_ALERTS }, (_, index) => told(`a${index}`));
    expect(await sender.round(never)).toBe(true);
    expect(target.received).toHaveLength(16);
    expect(await sender.round(never)).toBe(false);
    expect(target.received).toHaveLength(20);
    nowMillis += 30_000;
    wanted.push(told('new'));
    const [first = ''] = await round();
    expect(first.split(' ').slice(0, 2)).toEqual(['new', 'a0']);
  });

  const FAILURES: Readonly<Record<string, readonly [Behaviour | 'closed', string, RegExp]>> = {
    'that does not answer': ['silent', 'timeout', /no answer within 0.2 s/],
    'that breaks off': ['reset', 'unreachable', /.+/],
    'that nobody listens at': ['closed', 'unreachable', /ECONNREFUSED/],
    'that fails': [500, 'unavailable', /HTTP 500: what it says/],
    'that is busy': [429, 'unavailable', /HTTP 429/],
    'that knows no such path': [404, 'rejected', /HTTP 404/],
    'that wants a password': [401, 'rejected', /HTTP 401/],
    'that sends elsewhere': [302, 'rejected', /HTTP 302/],
  };

  for (const [name, [behaviour, reason, detail]] of Object.entries(FAILURES)) {
    test(`tries a target ${name} again after growing pauses, and tells it once`, async () => {
      wanted = Array.from({ length: MAX_ALERTS + 1 }, (_, index) => told(`a${index}`));
      target.answer = ' what\nit  says ';
      if (behaviour === 'closed') await target.close();
      else target.behaviour = behaviour;
      // A failure ends the round: there is no use in sending the rest.
      const tries = [];
      for (let halves = 0; halves < 62; halves += 1) {
        const failures = (await metric('delivery_failures_total'))[reason] ?? 0;
        await round(halves === 0 ? 0 : 0.5);
        if (((await metric('delivery_failures_total'))[reason] ?? 0) > failures) tries.push(halves / 2);
      }
      expect(tries).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5]);
      expect(messages()).toEqual(['target takes no alerts, it is tried again and again']);
      expect(lines[0]).toMatchObject({ reason, detail: expect.stringMatching(detail) });
      expect(JSON.stringify(lines)).not.toContain('/hook');
      expect(await metric('alerts_waiting')).toEqual({ all: MAX_ALERTS + 1 });
      expect(await metric('delivery_age_seconds')).toEqual({ all: 30.5 });

      if (behaviour === 'closed') await target.open();
      target.behaviour = 200;
      const sent = await round(15);
      expect(sent.join(' ').split(' ')).toEqual(wanted.map(({ key }) => key));
      expect(messages().slice(1)).toEqual(['target takes alerts again']);
      expect(await metric('alerts_waiting')).toEqual({ all: 0 });
      expect(await metric('delivery_age_seconds')).toEqual({ all: 0 });
    });
  }

  test('sends a target that is back what is so then, and nothing of what it missed', async () => {
    wanted = [told('a'), told('b')];
    target.behaviour = 503;
    await round();
    wanted = [told('b', { revision: '2' }), told('c')];
    target.behaviour = 200;
    expect(await round(15)).toEqual(['b c']);
  });

  test('tells a target that forgot everything within one repetition', async () => {
    wanted = [told('a')];
    await round();
    await target.close();
    wanted.push(told('b'));
    for (let seconds = 0; seconds < 20; seconds += 1) await round(1);
    await target.open();
    const sent = new Set<string>();
    for (let seconds = 0; seconds < 30; seconds += 1) {
      for (const keys of await round(1)) for (const key of keys.split(' ')) sent.add(key);
    }
    expect([...sent].sort()).toEqual(['a', 'b']);
  });

  test('lets an alert that is refused hold up no others, tells it once, and tries it again with the repetition', async () => {
    wanted = ['a', 'b', 'bad', 'c', 'd'].map((name) => told(name));
    target.behaviour = ({ body }) => (body.some(({ key }: Notification) => key === 'bad') ? 400 : 200);
    expect(await round()).toEqual(['a b bad c d', 'a b bad', 'a b', 'bad', 'c d']);
    expect(await round(1)).toEqual([]);
    expect(messages()).toEqual(['target refuses an alert']);
    expect(lines[0]).toMatchObject({ labels: { alertname: 'bad' } });
    expect(await metric('alerts_waiting')).toEqual({ all: 1 });
    expect(await metric('delivery_failures_total')).toEqual({ rejected: 1 });
    wanted.push(told('e'));
    expect(await round(1)).toEqual(['e']);
    expect((await round(28)).join(' ').split(' ')).toContain('bad');
    expect(messages()).toHaveLength(1);
  });

  test('takes a target that refuses one alert after the other for one that fails', async () => {
    wanted = Array.from({ length: MAX_ALERTS }, (_, index) => told(`a${index}`));
    target.behaviour = 400;
    const requests = (await round()).length;
    expect(requests).toBeLessThan(30);
    expect(messages()).toContain('target takes no alerts, it is tried again and again');
    expect(await round(0.4)).toEqual([]);
    target.behaviour = 200;
    await round(1);
    await round(30);
    expect(await metric('alerts_waiting')).toEqual({ all: 0 });
  });

  test('reads no more of a long answer than its beginning', async () => {
    target.behaviour = 500;
    target.answer = 'x'.repeat(5_000_000);
    wanted = [told('a')];
    await round();
    expect(lines[0]?.detail).toHaveLength('HTTP 500: '.length + 200);
  });

  test('ends with its signal, and blames nobody for it', async () => {
    target.behaviour = 'silent';
    wanted = [told('a')];
    const stop = new AbortController();
    const sending = sender.round(stop.signal);
    stop.abort();
    await sending;
    expect(lines).toEqual([]);
    expect(await metric('delivery_failures_total')).toEqual({});
  });

  test('forgets what is wanted no more', async () => {
    wanted = [told('a')];
    await round();
    wanted = [];
    await round(1);
    wanted = [told('a')];
    expect(await round(1)).toEqual(['a']);
  });

  test('is not put off by a clock that is set back', async () => {
    wanted = [told('a')];
    await round();
    expect(await round(-3600)).toEqual(['a']);
    target.behaviour = 500;
    await round(30);
    target.behaviour = 200;
    expect(await round(-3600)).toEqual(['a']);
  });
});
