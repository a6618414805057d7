/** The engine's counts equal a brute-force recount by SQL over the stored records, for every SLO of the demo. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeHistory } from '../../demo/history.ts';
import { FaultSwitches } from '../../demo/shop/faults.ts';
import { seededRandom } from '../../demo/shop/random.ts';
import { Shop } from '../../demo/shop/shop.ts';
import { ShopTelemetry } from '../../demo/telemetry/shop-telemetry.ts';
import type { SloStatus } from '../../engine/core/types.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';

const SPAN_END = 'Timestamp + toIntervalNanosecond(Duration)';
const spans = (total: string, good: string) => ({ table: 'otel_traces', time: SPAN_END, total, good });
const server = (service: string) => `ServiceName = '${service}' AND SpanKind = 'Server'`;
const logs = (total: string, good: string) => ({ table: 'otel_logs', time: 'Timestamp', total, good });

/** Each SLO of demo/slos/shop.yaml said again in SQL, by hand. */
const RECOUNTS: Readonly<Record<string, { table: string; time: string; total: string; good: string }>> = {
  'gateway-availability': spans(server('gateway'), "StatusCode != 'Error'"),
  'payment-availability': spans(server('payment'), "StatusCode != 'Error'"),
  'login-latency': spans(server('login'), 'Duration < 250000000'),
  'catalogue-latency': spans(server('catalogue'), "Duration < 100000000 AND StatusCode != 'Error'"),
  'database-errors': spans(
    "SpanAttributes['db.system.name'] = 'postgresql' AND SpanKind = 'Client'",
    "StatusCode != 'Error'",
  ),
  'order-errors': logs("EventName IN ('order.placed', 'order.failed')", "EventName = 'order.placed'"),
  'support-tickets': logs("EventName IN ('order.placed', 'ticket.opened')", "EventName = 'order.placed'"),
  'catalogue-volume': {
    table: 'otel_metrics_sum',
    time: 'TimeUnix',
    total: "MetricName = 'shop.requests' AND Attributes['http.route'] = '/catalogue'",
    good: 'Value >= 8',
  },
};

let valet: ValetProcess;
let telemetry: ShopTelemetry;
let target: { grpcUrl: string; httpUrl: string };
const random = seededRandom(7);

beforeAll(async () => {
  const shop = fileURLToPath(new URL('../../demo/slos/shop.yaml', import.meta.url));
  valet = await ValetProcess.start({
    slos: { 'shop.yaml': readFileSync(shop, 'utf8') },
    environment: { VALET_RETENTION_METRICS_DAYS: '40' },
  });
  target = {
    grpcUrl: `http://127.0.0.1:${valet.ports.grpc}`,
    httpUrl: `http://127.0.0.1:${valet.ports.http}`,
  };
  telemetry = new ShopTelemetry(target);
});
afterAll(async () => {
  await telemetry.close().catch(() => undefined);
  await valet.remove();
});

async function statusOf(slo: string, at: string): Promise<SloStatus> {
  return await valet.api<SloStatus>(`/slos/${slo}/status?at=${encodeURIComponent(at)}`);
}

async function recount(
  slo: string,
  window: { from: string; countedTo: string },
): Promise<{ good: number; total: number }> {
  const rule = RECOUNTS[slo];
  if (!rule) throw new Error(`No recount is written for ${slo}`);
  const edge = (at: string) => `fromUnixTimestamp64Milli(${Date.parse(at)}, 'UTC')`;
  const [row] = await valet.sql<{ good: number; total: number }>(`
    SELECT toUInt32(countIf(${rule.good})) AS good, toUInt32(count()) AS total FROM ${rule.table}
    WHERE ${rule.total} AND ${rule.time} >= ${edge(window.from)} AND ${rule.time} < ${edge(window.countedTo)}`);
  if (!row) throw new Error('no row');
  return { good: row.good, total: row.total };
}

/** Waits until engine and store have both seen everything, then compares every SLO. */
async function expectEqualCounts(at: string): Promise<number> {
  let events = 0;
  for (const slo of Object.keys(RECOUNTS)) {
    const settled = await eventually(
      `${slo} counted by engine and store alike at ${at}`,
      async () => {
        const status = await statusOf(slo, at);
        const counted = await recount(slo, status.window);
        return status.total === counted.total && status.total > 0 ? { status, counted } : undefined;
      },
      30_000,
    ).catch(async (error: unknown) => {
      const status = await statusOf(slo, at);
      throw new Error(
        `${slo}: engine ${JSON.stringify(status)}, SQL ${JSON.stringify(await recount(slo, status.window))}`,
        {
          cause: error,
        },
      );
    });
    expect({ slo, good: settled.status.good, total: settled.status.total }).toEqual({
      slo,
      ...settled.counted,
    });
    expect(settled.status.late).toBe(0);
    events += settled.counted.total;
  }
  return events;
}

test('every SLO of the demo equals its recount, now, in the past, and after kill -9 and restart', async () => {
  const nowMillis = Date.now();
  await writeHistory({
    target,
    telemetry,
    random,
    requestsPerSecond: 0.15,
    nowMillis,
    progress: () => undefined,
    signal: new AbortController().signal,
  });
  const listed = await valet.api<{ items: readonly { name: string }[] }>('/slos');
  expect(listed.items.map(({ name }) => name).sort()).toEqual(Object.keys(RECOUNTS).sort());

  const now = new Date(nowMillis + 5000).toISOString();
  const before = await expectEqualCounts(now);
  await expectEqualCounts(new Date(nowMillis - 2 * 3_600_000).toISOString());
  await expectEqualCounts(new Date(nowMillis - 11 * 3_600_000 - 123_456).toISOString());

  await valet.kill();
  await valet.restart();
  expect(await expectEqualCounts(now)).toBe(before);

  // A sender that has seen no kill: what an exporter drops when its server is away is not the matter here.
  await telemetry.close();
  telemetry = new ShopTelemetry(target);
  const shop = new Shop(telemetry, telemetry.counts, random);
  const faults = new FaultSwitches();
  faults.set('payment-errors', true);
  // After all of history, so that these requests can be told apart from it.
  const startedMillis = Math.max(nowMillis + 2000, Date.now() - 5000);
  for (let index = 0; index < 200; index++) shop.serve(startedMillis + index * 20, faults.levels);
  await telemetry.flush();
  await eventually('the new requests in the store', async () => {
    const [row] = await valet.sql<{ total: number }>(
      `SELECT toUInt32(count()) AS total FROM otel_traces WHERE ${server('gateway')} AND ${SPAN_END} > fromUnixTimestamp64Milli(${startedMillis})`,
    );
    return row?.total === 200 ? true : undefined;
  });
  const later = await expectEqualCounts(new Date(Date.now() + 5000).toISOString());
  expect(later).toBeGreaterThan(before);
  await valet.kill();
  await valet.restart();
  await expectEqualCounts(new Date(Date.now() + 5000).toISOString());
}, 300_000);
