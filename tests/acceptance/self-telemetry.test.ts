/** Valet observes itself: its metrics are rows, its own SLOs are evaluated on them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveRequests } from '../../bench/payload/live-requests.ts';
import type { SloStatus } from '../../engine/core/types.ts';
import { eventually, ValetProcess } from '../support/valet-process.ts';

const SPANS = 100;
let valet: ValetProcess;

beforeAll(async () => {
  const own = readFileSync(new URL('../../slos/valet.yaml', import.meta.url), 'utf8');
  valet = await ValetProcess.start({
    slos: { 'valet.yaml': own },
    environment: { VALET_SELF_TELEMETRY_SECONDS: '1' },
  });
});
afterAll(() => valet.remove());

test('slos/valet.yaml is evaluated on the metrics that Valet sends about itself', async () => {
  const encode = liveRequests('traces', SPANS);
  let number = 0;
  const statuses = await eventually('every SLO of its own with events', async () => {
    const answer = await fetch(`http://127.0.0.1:${valet.ports.http}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: encode(number++, Date.now()),
    });
    expect(answer.status).toBe(200);
    const names = ['valet-delivery', 'valet-freshness', 'valet-completeness'];
    // Before its files were read there are none.
    const { items } = await valet.api<{ items: readonly unknown[] }>('/slos');
    if (items.length < names.length) return undefined;
    const all = await Promise.all(names.map((name) => valet.api<SloStatus>(`/slos/${name}/status`)));
    return all.every(({ total }) => total > 0) ? all : undefined;
  });
  // All was delivered and is complete; how fresh depends on the machine.
  for (const { slo, good, total } of statuses)
    if (slo !== 'valet-freshness') expect({ slo, good }).toEqual({ slo, good: total });

  const rows = await valet.sql<{ spans: number; role: string }>(`
    SELECT toUInt32(max(Value)) AS spans, any(ResourceAttributes['valet.roles']) AS role FROM otel_metrics_sum
    WHERE MetricName = 'valet_receiver_records_total' AND ServiceName = 'valet'
      AND Attributes['signal'] = 'traces'`);
  expect(rows[0]?.role).toBe('receiver,writer,engine,query');
  expect(rows[0]?.spans).toBeGreaterThanOrEqual(SPANS);
});
