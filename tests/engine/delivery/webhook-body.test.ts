/** What a webhook is sent, by its published schema. */
import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import type { AlertRecord } from '../../../engine/core/types.ts';
import type { Notification } from '../../../engine/delivery/types.ts';
import { watchdog } from '../../../engine/delivery/watchdog.ts';
import { webhookBody } from '../../../engine/delivery/webhook-body.ts';
import { AlertWebhookSchema } from '../../../schemas/alert-webhook.ts';
import { at, FIRING, MINUTE, T0 } from './support/alerts.ts';

const OPTIONS = { nowMillis: T0 + MINUTE, consoleUrl: 'https://valet.example/' };
const LINK = 'https://valet.example/#/slo/acme%2Fcheckout';

/** The page with something else in its alert. */
function firingAs(change: Partial<AlertRecord>): Notification {
  if (FIRING.burn === undefined) throw new Error('Cannot change an alert that is not there');
  return { ...FIRING, burn: { ...FIRING.burn, alert: { ...FIRING.burn.alert, ...change } } };
}

/** Half of the budget of 30 days, counted in millionths of time slices. */
const reading = { window: '30d', from: at(-60), countedTo: at(0), good: 9_500_000, total: 10_000_000 };
const scaled = { ...reading, rate: 50, scale: 1_000_000 };
const BUDGET_SPENT = firingAs({
  kind: 'budget',
  severity: 'ticket',
  longWindow: '30d',
  shortWindow: '30d',
  factor: 0.5,
  details: {
    long: scaled,
    short: scaled,
    remainingRatio: 0.5,
    exhaustsInSeconds: null,
    sampleTraceIds: [],
  },
});
const SILENT = firingAs({ kind: 'no-data', longWindow: '10m', shortWindow: '10m', factor: 0 });

describe('webhookBody()', () => {
  const bodies = [
    webhookBody([FIRING, watchdog('Dog', T0)], OPTIONS),
    webhookBody([{ ...FIRING, endsAt: at(0.5) }], { ...OPTIONS, consoleUrl: '' }),
    webhookBody([BUDGET_SPENT, SILENT], OPTIONS),
  ];

  test('is as the published schema says, and has no field the schema does not know', () => {
    for (const body of bodies) {
      expect(Value.Check(AlertWebhookSchema, body)).toBe(true);
      const known = structuredClone(body);
      expect(Value.Clean(closedEverywhere(AlertWebhookSchema) as typeof AlertWebhookSchema, known)).toEqual(
        body,
      );
    }
    expect(Value.Check(AlertWebhookSchema, { ...bodies[0], alerts: [{}] })).toBe(false);
  });

  test('has numbers as numbers, and says until when it holds', () => {
    expect(bodies[0]?.alerts[0]).toMatchObject({
      status: 'firing',
      startsAt: at(-3),
      endsAt: null,
      validUntil: at(6),
      burn: {
        incident: { id: `acme/checkout:${at(-5)}` },
        tier: { severity: 'page', longWindow: '1h', factor: 14.4 },
        long: { good: 4120, total: 4250, rate: 30.5882 },
        short: { rate: null },
        budget: { remainingRatio: 0.42 },
        links: { console: LINK, runbook: 'https://runbooks.example/checkout' },
      },
    });
    expect(bodies[0]?.alerts[1]).toMatchObject({ kind: 'watchdog', status: 'firing' });
    expect(bodies[1]?.alerts[0]).toMatchObject({ status: 'resolved', endsAt: at(0.5), validUntil: null });
  });

  test('tells kinds apart, and what the counts of time slices are to be divided by', () => {
    expect(bodies[2]?.alerts).toMatchObject([
      {
        kind: 'budget-spent',
        burn: { tier: { longWindow: '30d', shortWindow: '30d', factor: 0.5 }, long: scaled, short: scaled },
      },
      { kind: 'no-data', burn: { tier: { longWindow: '10m', factor: 0 } } },
    ]);
    expect(bodies[0]?.alerts[0]?.burn?.long).not.toHaveProperty('scale');
  });

  test('is as its page shows it, and the page names every kind', () => {
    const page = readFileSync(new URL('../../../docs/formats/alert-webhook.md', import.meta.url), 'utf8');
    const kinds = AlertWebhookSchema.properties.alerts.items.properties.kind.anyOf;
    for (const kind of kinds) expect(page).toContain(`\`${kind.const}\``);
    const [, example = ''] = /```json\n([\s\S]+?)```/.exec(page) ?? [];
    expect(Value.Check(AlertWebhookSchema, JSON.parse(example))).toBe(true);
  });
});

test('docs/formats/alert-webhook.schema.json is what schemas/alert-webhook.ts says', () => {
  const path = new URL('../../../docs/formats/alert-webhook.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(AlertWebhookSchema)));
});

/** The schema without room for fields to come. */
function closedEverywhere(schema: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schema, (name, value) =>
      name === 'additionalProperties' && value === true ? false : value,
    ),
  );
}
