/** What a webhook gets for alerts (docs/formats/alert-webhook.md). */
import { type Static, Type } from 'typebox';

const time = (description: string) => Type.String({ format: 'date-time', description });
const nullable = <Item extends ReturnType<typeof Type.Number | typeof Type.String>>(item: Item) =>
  Type.Union([item, Type.Null()]);
/** Fields may be added. */
const open = { additionalProperties: true } as const;

const tier = Type.Object(
  {
    severity: Type.Union([Type.Literal('page'), Type.Literal('ticket')]),
    objective: Type.String(),
    longWindow: Type.String({
      description: '`1h`; of budget-spent the SLO’s own: `30d`; of no-data the silence',
    }),
    shortWindow: Type.String({ description: '`5m`; that of longWindow unless kind is burn-rate' }),
    factor: Type.Number({
      description:
        'it fires when both windows burn faster; of budget-spent the share that is spent; of no-data 0',
    }),
  },
  open,
);

const reading = Type.Object(
  {
    window: Type.String(),
    from: time('first instant counted'),
    countedTo: time('end of the counting, exclusive'),
    good: Type.Number(),
    total: Type.Number(),
    scale: Type.Optional(
      Type.Integer({ minimum: 1, description: 'what good and total are to be divided by; absent: 1' }),
    ),
    rate: nullable(Type.Number({ description: 'error ratio / (1 − target); null without events' })),
  },
  open,
);

const burn = Type.Object(
  {
    id: Type.String({ description: 'as in `GET /api/v1/alerts` and `valet_alerts`' }),
    at: time('of the figures: when it began'),
    incident: Type.Object(
      {
        id: Type.String({ description: 'the same for every alert of one kind and incident of an SLO' }),
        startedAt: time('since when some alert of the SLO has been open without a break'),
      },
      open,
    ),
    reason: Type.String({ description: 'in words, for people' }),
    displayName: Type.String({ description: 'of the SLO' }),
    target: nullable(Type.Number({ description: 'ratio; null when the objective is no longer defined' })),
    tier,
    long: reading,
    short: reading,
    budget: Type.Object(
      {
        remainingRatio: nullable(Type.Number({ description: '1 = all of it, negative when overspent' })),
        exhaustsInSeconds: nullable(
          Type.Number({ description: 'null when nothing burns, or the period ends first' }),
        ),
      },
      open,
    ),
    inhibited: Type.Array(tier, {
      description: 'of the same kind, lower ones that are not sent while this one fires',
    }),
    sampleTraceIds: Type.Array(Type.String({ description: 'of a bad event, hexadecimal' })),
    links: Type.Object(
      { console: Type.Optional(Type.String()), runbook: Type.Optional(Type.String()) },
      open,
    ),
  },
  open,
);

const alert = Type.Object(
  {
    key: Type.String({ description: 'the labels as one text: what to recognise the alert by' }),
    kind: Type.Union([
      Type.Literal('burn-rate'),
      Type.Literal('budget-spent'),
      Type.Literal('no-data'),
      Type.Literal('watchdog'),
    ]),
    status: Type.Union([Type.Literal('firing'), Type.Literal('resolved')]),
    labels: Type.Record(Type.String(), Type.String()),
    startsAt: time('the same in every repetition'),
    endsAt: nullable(time('null while it fires')),
    validUntil: nullable(time('take it for ended unless it was repeated by then; null once it has ended')),
    burn: Type.Optional(burn),
  },
  open,
);

/** The body of one request. Fields may be added. */
export const AlertWebhookSchema = Type.Object(
  {
    version: Type.Literal(1),
    sentAt: time('when it was sent'),
    alerts: Type.Array(alert, { minItems: 1, maxItems: 64 }),
  },
  { ...open, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Valet alert webhook' },
);

export type AlertWebhookBody = Static<typeof AlertWebhookSchema>;
export type AlertWebhookAlert = AlertWebhookBody['alerts'][number];
