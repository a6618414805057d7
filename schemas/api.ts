/** The API's contract: parameters and answers, as JSON Schema. Fields may be added, never renamed. */
import { type Static, type TSchema, Type } from 'typebox';

const nullable = <Schema extends TSchema>(schema: Schema, options: { readonly description?: string } = {}) =>
  Type.Union([schema, Type.Null()], options);
const Instant = Type.String({ description: 'RFC 3339, UTC' });
const Count = Type.Integer({ minimum: 0 });
const Ratio = nullable(Type.Number());
const Scale = Type.Integer({
  minimum: 1,
  description: 'what good, total, allowed and spent are to be divided by',
});
const Unit = Type.Union([Type.Literal('events'), Type.Literal('slices')], {
  description: 'what good, total, allowed and spent count',
});
const Severity = Type.Union([Type.Literal('page'), Type.Literal('ticket')]);
const Dimension = Type.Union([
  Type.Literal('volume'),
  Type.Literal('availability'),
  Type.Literal('latency'),
  Type.Literal('errors'),
  Type.Literal('tickets'),
]);
export const SloStateSchema = Type.Union([
  Type.Literal('ok'),
  Type.Literal('burning'),
  Type.Literal('exhausted'),
  Type.Literal('no-data'),
  Type.Literal('insufficient-data'),
]);

/** RFC 9457, with a stable `code` (docs/api.md). */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'about:blank: the code says what it is' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'what is wrong and what to do' }),
    code: Type.String({ description: 'stable; see docs/api.md' }),
    instance: Type.String({ description: 'path of the request' }),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof ProblemSchema>;

export const ServiceSchema = Type.Object({
  name: Type.String(),
  signals: Type.Object({ traces: nullable(Instant), metrics: nullable(Instant), logs: nullable(Instant) }),
  worstState: nullable(SloStateSchema),
  slos: Count,
});
export type Service = Static<typeof ServiceSchema>;

export const DefinitionProblemSchema = Type.Object({
  file: Type.String(),
  line: Type.Integer({ description: 'from 1' }),
  path: Type.String({ description: 'property: spec.objectives[0].target' }),
  code: Type.String(),
  message: Type.String(),
  severity: Type.Optional(
    Type.Union([Type.Literal('error'), Type.Literal('warning')], {
      description: 'a warning leaves the definition in force; absent: error',
    }),
  ),
});

export const SloSummarySchema = Type.Object({
  name: Type.String(),
  displayName: Type.String(),
  service: Type.String(),
  description: Type.String(),
  dimension: nullable(Dimension),
  objective: Type.String(),
  target: Type.Number(),
  window: Type.String(),
  state: SloStateSchema,
  sli: Ratio,
  remainingRatio: Ratio,
  firing: Type.Array(Severity),
  problems: Type.Array(DefinitionProblemSchema),
});

const EventSourceSchema = Type.Object({
  signal: Type.Union([Type.Literal('traces'), Type.Literal('metrics'), Type.Literal('logs')]),
  where: Type.String({ description: 'OTTL condition; empty counts every record' }),
});
const StringMap = Type.Record(Type.String(), Type.String());
const TimeWindowSchema = Type.Union([
  Type.Object({ kind: Type.Literal('rolling'), seconds: Count, text: Type.String() }),
  Type.Object({
    kind: Type.Literal('calendar'),
    unit: Type.String({ description: 'h, d, w, M, Q or Y' }),
    count: Count,
    start: Type.String({ description: 'local time a period begins at' }),
    timeZone: Type.String({ description: 'IANA name' }),
    text: Type.String(),
  }),
]);
export const SloDefinitionSchema = Type.Object({
  name: Type.String(),
  displayName: Type.String(),
  service: Type.String(),
  description: Type.String(),
  dimension: nullable(Dimension),
  labels: StringMap,
  annotations: StringMap,
  indicator: Type.Object({
    total: EventSourceSchema,
    good: Type.Optional(EventSourceSchema),
    bad: Type.Optional(EventSourceSchema),
  }),
  window: TimeWindowSchema,
  secondWindow: nullable(TimeWindowSchema),
  budgetingMethod: Type.String({ description: 'Occurrences, Timeslices or RatioTimeslices' }),
  objectives: Type.Array(
    Type.Object({
      name: Type.String(),
      displayName: Type.Optional(Type.String()),
      target: Type.Number(),
      targetFraction: Type.Object(
        { numerator: Type.String(), denominator: Type.String() },
        { description: 'the target exactly' },
      ),
      slices: nullable(
        Type.Object({
          seconds: Count,
          target: nullable(Type.Number({ description: 'a slice with at least this ratio is good' })),
        }),
      ),
    }),
  ),
  exclusions: Type.Array(
    Type.Object({
      start: Type.String({ description: 'local time' }),
      timeZone: Type.String(),
      seconds: Count,
      rule: Type.Optional(Type.String({ description: 'RFC 5545; absent: once' })),
      reason: Type.String(),
    }),
  ),
  minBadEvents: Count,
  minEvents: Count,
  alertHoldSeconds: Count,
  budgetAlerts: Type.Array(Count, { description: 'percents of the budget' }),
  noDataAlert: nullable(Type.Object({ severity: Severity, seconds: Count })),
  minCoverage: Type.Number(),
  file: Type.String(),
});
export type SloDefinitionAnswer = Static<typeof SloDefinitionSchema>;

const CountedWindow = Type.Object({
  from: Instant,
  to: Instant,
  countedTo: Instant,
  periodEnds: nullable(Instant, { description: 'of the calendar’s period; null for a rolling window' }),
});
const BurnReadingSchema = Type.Object({
  window: Type.String(),
  from: Instant,
  countedTo: Instant,
  good: Count,
  total: Count,
  scale: Type.Optional(
    Type.Integer({ minimum: 1, description: 'what good and total are to be divided by; absent: 1' }),
  ),
  rate: Ratio,
});
const BudgetSchema = Type.Object({
  allowed: Ratio,
  spent: Ratio,
  remainingRatio: Ratio,
  periodRemainingRatio: Ratio,
  exhaustsInSeconds: Ratio,
});
export const SloStatusSchema = Type.Object({
  slo: Type.String(),
  objective: Type.String(),
  at: Instant,
  window: CountedWindow,
  generation: Count,
  good: Count,
  total: Count,
  sli: Ratio,
  target: Type.Number(),
  coverage: Ratio,
  scale: Scale,
  unit: Unit,
  excludedSeconds: Type.Integer({ minimum: 0, description: 'of the window, taken out by exclusions' }),
  budget: BudgetSchema,
  secondWindow: nullable(
    Type.Object({
      text: Type.String(),
      window: CountedWindow,
      good: Count,
      total: Count,
      sli: Ratio,
      coverage: Ratio,
      budget: BudgetSchema,
    }),
  ),
  burn: Type.Array(BurnReadingSchema),
  tiers: Type.Array(
    Type.Object({
      severity: Severity,
      longWindow: Type.String(),
      shortWindow: Type.String(),
      factor: Type.Number(),
      state: Type.Union([
        Type.Literal('inactive'),
        Type.Literal('firing'),
        Type.Literal('inhibited'),
        Type.Literal('frozen'),
      ]),
      reason: Type.String(),
    }),
  ),
  omittedTiers: Type.Array(Type.Object({ tier: Type.String(), reason: Type.String() })),
  state: SloStateSchema,
  late: Count,
});

export const SeriesSchema = Type.Object({
  slo: Type.String(),
  objective: Type.String(),
  from: Instant,
  to: Instant,
  scale: Scale,
  items: Type.Array(
    Type.Object({ at: Instant, good: Count, total: Count, sli: Ratio, burn: Ratio, remainingRatio: Ratio }),
  ),
});

export const BudgetAnswerSchema = Type.Object({
  slo: Type.String(),
  objective: Type.String(),
  at: Instant,
  window: CountedWindow,
  target: Type.Number(),
  scale: Scale,
  unit: Unit,
  budget: BudgetSchema,
});

export const AlertSchema = Type.Object({
  id: Type.String(),
  slo: Type.String(),
  objective: Type.String(),
  service: Type.String(),
  kind: Type.Optional(Type.String({ description: 'burn, budget or no-data; absent: burn' })),
  severity: Severity,
  longWindow: Type.String(),
  shortWindow: Type.String(),
  factor: Type.Number(),
  startedAt: Instant,
  endedAt: nullable(Instant),
  calmSince: Type.Optional(Instant),
  state: Type.Union([Type.Literal('firing'), Type.Literal('inhibited'), Type.Literal('resolved')]),
  retroactive: Type.Boolean(),
  reason: Type.String(),
  details: Type.Object({
    long: BurnReadingSchema,
    short: BurnReadingSchema,
    remainingRatio: Ratio,
    exhaustsInSeconds: Ratio,
    sampleTraceIds: Type.Array(Type.String()),
  }),
});

export const FaultSchema = Type.Object({
  name: Type.String(),
  description: Type.String(),
  active: Type.Boolean(),
});
export const FaultSwitchSchema = Type.Object({ active: Type.Boolean() }, { additionalProperties: false });

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
/** What this process is; the console shows it and makes its examples of it. */
export const InfoSchema = Type.Object({
  version: Type.String(),
  mode: Type.Union([Type.Literal('embedded'), Type.Literal('server')]),
  ports: Type.Object({ otlpGrpc: Port, otlpHttp: Port, sql: Port, api: Port }),
  demo: Type.Boolean(),
});
export type Info = Static<typeof InfoSchema>;

/** `{ "items": [...] }` */
export const itemsOf = <Item extends TSchema>(item: Item) => Type.Object({ items: Type.Array(item) });

const name = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });

export const SloParamsSchema = Type.Object({ name: name('the SLO') });
export const FaultParamsSchema = Type.Object({ name: name('the fault') });
export const AtQuerySchema = Type.Object({
  at: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339; default now' })),
  objective: Type.Optional(name('default: the first')),
});
/** Most points of one series. */
export const MAX_POINTS = 2_000;
export const SeriesQuerySchema = Type.Object({
  from: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339; default 24 h before `to`' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339; default now' })),
  points: Type.Integer({ minimum: 1, maximum: MAX_POINTS, default: 300 }),
  objective: Type.Optional(name('default: the first')),
});
export const AlertsQuerySchema = Type.Object({
  slo: Type.Optional(name('only of this SLO')),
  service: Type.Optional(name('only of this service')),
  open: Type.Boolean({ default: false, description: 'only those that have not ended' }),
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
});
