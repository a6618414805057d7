/** Answers of the API for the states the console has to show. Made of types of the contract, so they cannot drift from it. */
import type {
  AlertRecord,
  BurnReading,
  DefinitionProblem,
  Dimension,
  SeriesPoint,
  SloState,
  SloStatus,
  SloSummary,
  TierReading,
} from '../../../engine/core/types.ts';
import type { Info, SloDefinitionAnswer } from '../../../schemas/api.ts';

export interface SeenService {
  readonly name: string;
  readonly signals: Readonly<Record<'traces' | 'metrics' | 'logs', string | null>>;
  readonly worstState: SloState | null;
  readonly slos: number;
}

export interface Fault {
  readonly name: string;
  readonly description: string;
  active: boolean;
}

/** Everything an instance would answer. */
export interface Fixture {
  services: SeenService[];
  slos: SloSummary[];
  alerts: AlertRecord[];
  problems: DefinitionProblem[];
  faults: Fault[] | null;
  info: Info | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ago = (millis: number) => new Date(Date.now() - millis).toISOString();

interface Seed {
  readonly name: string;
  readonly displayName: string;
  readonly service: string;
  readonly dimension: Dimension | null;
  readonly target: number;
  readonly state?: SloState;
  readonly sli?: number | null;
  readonly remaining?: number | null;
  readonly firing?: SloSummary['firing'];
}

function summary(seed: Seed): SloSummary {
  const sli = seed.sli === undefined ? 1 - (1 - seed.target) * 0.4 : seed.sli;
  const remaining = sli === null ? null : 1 - (1 - sli) / (1 - seed.target);
  return {
    name: seed.name,
    displayName: seed.displayName,
    service: seed.service,
    description: `${seed.displayName}, as users see it`,
    dimension: seed.dimension,
    objective: 'objective-0',
    target: seed.target,
    window: '30d',
    state: seed.state ?? 'ok',
    sli,
    remainingRatio: seed.remaining === undefined ? remaining : seed.remaining,
    firing: seed.firing ?? [],
    problems: [],
  };
}

const SHOP: readonly Seed[] = [
  {
    name: 'gateway-availability',
    displayName: 'Gateway answers',
    service: 'gateway',
    dimension: 'availability',
    target: 0.999,
  },
  {
    name: 'gateway-latency',
    displayName: 'Gateway answers within 300 ms',
    service: 'gateway',
    dimension: 'latency',
    target: 0.99,
    sli: 0.9931,
  },
  {
    name: 'login-errors',
    displayName: 'Logins succeed',
    service: 'login',
    dimension: 'errors',
    target: 0.999,
    sli: 0.99934,
  },
  {
    name: 'login-latency',
    displayName: 'Logins within 200 ms',
    service: 'login',
    dimension: 'latency',
    target: 0.99,
  },
  {
    name: 'catalogue-availability',
    displayName: 'Catalogue pages load',
    service: 'catalogue',
    dimension: 'availability',
    target: 0.995,
    sli: 0.99989,
  },
  {
    name: 'catalogue-volume',
    displayName: 'Catalogue traffic as usual',
    service: 'catalogue',
    dimension: 'volume',
    target: 0.95,
    sli: 0.9712,
  },
  {
    name: 'cart-errors',
    displayName: 'Carts are saved',
    service: 'cart',
    dimension: 'errors',
    target: 0.9995,
    sli: 0.99962,
  },
  {
    name: 'payment-errors',
    displayName: 'Payments succeed',
    service: 'payment',
    dimension: 'errors',
    target: 0.999,
    sli: 0.99951,
  },
  {
    name: 'payment-latency',
    displayName: 'Payments within 800 ms',
    service: 'payment',
    dimension: 'latency',
    target: 0.99,
    sli: 0.9958,
  },
  {
    name: 'payment-tickets',
    displayName: 'Payments nobody complains about',
    service: 'payment',
    dimension: 'tickets',
    target: 0.9999,
    sli: 1,
  },
];

const TIERS = [
  ['page', '1h', '5m', 14.4],
  ['page', '6h', '30m', 6],
  ['ticket', '1d', '2h', 3],
  ['ticket', '3d', '6h', 1],
] as const;

const SECONDS: Readonly<Record<string, number>> = {
  '5m': 300,
  '30m': 1800,
  '1h': 3600,
  '2h': 7200,
  '6h': 21_600,
  '1d': 86_400,
  '3d': 259_200,
};

function reading(window: string, total: number, rate: number, target: number): BurnReading {
  const good = total - Math.round(total * rate * (1 - target));
  const from = ago((SECONDS[window] ?? 0) * 1000);
  return {
    window,
    from,
    countedTo: ago(0),
    good,
    total,
    rate: total === 0 ? null : (total - good) / total / (1 - target),
  };
}

const RATES: Record<'calm' | 'burning', Readonly<Record<string, number>>> = {
  calm: { '5m': 0, '30m': 0.31, '1h': 0.42, '2h': 0.37, '6h': 0.44, '1d': 0.52, '3d': 0.47 },
  burning: { '5m': 61.2, '30m': 34.8, '1h': 18.9, '2h': 9.7, '6h': 3.4, '1d': 1.3, '3d': 0.9 },
};
const exact = new Intl.NumberFormat('en');

function tier(
  [severity, longWindow, shortWindow, factor]: (typeof TIERS)[number],
  burn: readonly BurnReading[],
  inhibitedBy: string | null,
): TierReading {
  const long = burn.find((each) => each.window === longWindow);
  const short = burn.find((each) => each.window === shortWindow);
  if (long === undefined || short === undefined) throw new Error('Cannot build a tier without its windows');
  const above = (long.rate ?? 0) > factor && (short.rate ?? 0) > factor;
  const state = !above ? 'inactive' : inhibitedBy === null ? 'firing' : 'inhibited';
  const of = (each: BurnReading) =>
    `${each.window}: ${exact.format(each.total - each.good)} bad of ${exact.format(each.total)}, burn ${(each.rate ?? 0).toFixed(2)}`;
  return {
    severity,
    longWindow,
    shortWindow,
    factor,
    state,
    reason: `${above ? 'both windows burn above' : 'not both windows burn above'} ${factor} (${of(long)}; ${of(short)})`,
  };
}

/** What `/status` answers for a line of the list. */
export function statusOf(slo: SloSummary): SloStatus {
  const perSecond = slo.sli === null ? 0 : 42;
  const total = perSecond * 30 * 86_400;
  const allowed = (1 - slo.target) * total;
  const spent = slo.remainingRatio === null ? null : Math.round(allowed * (1 - slo.remainingRatio));
  const rates = RATES[slo.state === 'burning' || slo.firing.length > 0 ? 'burning' : 'calm'];
  const burn = Object.entries(rates).map(([window, rate]) =>
    reading(window, perSecond * (SECONDS[window] ?? 0), rate, slo.target),
  );
  const reachable = TIERS.filter(([, , , factor]) => factor < 1 / (1 - slo.target));
  return {
    slo: slo.name,
    objective: slo.objective,
    at: ago(0),
    window: { from: ago(30 * 24 * HOUR), to: ago(0), countedTo: ago(0), periodEnds: null },
    generation: 1,
    good: total - (spent ?? 0),
    total,
    sli: slo.sli,
    target: slo.target,
    coverage: slo.state === 'insufficient-data' ? 0.31 : slo.sli === null ? 0 : 0.9991,
    scale: 1,
    unit: 'events',
    excludedSeconds: 0,
    secondWindow: null,
    budget: {
      allowed: slo.sli === null ? null : allowed,
      spent: slo.sli === null ? null : spent,
      remainingRatio: slo.remainingRatio,
      periodRemainingRatio: null,
      exhaustsInSeconds:
        slo.remainingRatio === null
          ? null
          : Math.max(0, (slo.remainingRatio * 2_592_000) / (rates['1h'] ?? 1)),
    },
    burn,
    tiers: reachable.map((each) => tier(each, burn, null)),
    omittedTiers: TIERS.filter(([, , , factor]) => factor >= 1 / (1 - slo.target)).map(
      ([severity, long, short, factor]) => ({
        tier: `${severity} ${long}/${short}`,
        reason: `factor ${factor} is unreachable: with a target of ${slo.target * 100} % the burn rate is at most ${Math.round(1 / (1 - slo.target))}`,
      }),
    ),
    state: slo.state,
    late: slo.state === 'ok' ? 0 : 37,
  };
}

/** A plausible curve: noise, a small incident two thirds in, a gap, and the present burn at its end. */
export function seriesOf(
  slo: SloSummary,
  range: { readonly from: number; readonly to: number; readonly points: number },
): SeriesPoint[] {
  const step = (range.to - range.from) / range.points;
  const span = range.to - range.from;
  let random = 42;
  const next = () => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return random / 2_147_483_648;
  };
  return Array.from({ length: range.points }, (_, index) => {
    const at = range.from + (index + 1) * step;
    const share = index / range.points;
    const total =
      share > 0.3 && share < 0.33
        ? 0
        : slo.sli === null
          ? 0
          : Math.round(((42 * step) / 1000) * (0.8 + 0.4 * next()));
    const burning = slo.firing.length > 0 && at > range.to - Math.min(span * 0.5, 14 * MINUTE);
    const burn = burning ? 30 + 40 * next() : share > 0.62 && share < 0.66 ? 8 + 6 * next() : 0.6 * next();
    const bad = Math.min(total, Math.round(total * burn * (1 - slo.target)));
    const sli = total === 0 ? null : (total - bad) / total;
    return {
      at: new Date(at).toISOString(),
      good: total - bad,
      total,
      sli,
      burn: sli === null ? null : (1 - sli) / (1 - slo.target),
      remainingRatio:
        slo.remainingRatio === null
          ? null
          : slo.remainingRatio + 0.25 * (1 - share) - (share > 0.64 ? 0.02 : 0),
    };
  });
}

/** What `GET /slos/{name}` answers: two objectives, the second an easier one. */
export function definitionOf(slo: SloSummary): SloDefinitionAnswer {
  return {
    name: slo.name,
    displayName: slo.displayName,
    service: slo.service,
    description: slo.description,
    dimension: slo.dimension,
    labels: { team: 'shop' },
    annotations: { 'valet/dimension': String(slo.dimension) },
    indicator: {
      total: {
        signal: 'traces',
        where: `resource.attributes["service.name"] == "${slo.service}" and span.kind == SPAN_KIND_SERVER`,
      },
      good: { signal: 'traces', where: 'span.status.code != STATUS_CODE_ERROR' },
    },
    window: { kind: 'rolling', seconds: 2_592_000, text: '30d' },
    secondWindow: null,
    budgetingMethod: 'Occurrences',
    objectives: [
      {
        name: 'objective-0',
        displayName: 'Fine',
        target: slo.target,
        targetFraction: { numerator: String(Math.round(slo.target * 1e6)), denominator: '1000000' },
        slices: null,
      },
      {
        name: 'objective-1',
        displayName: 'Acceptable',
        target: 0.99,
        targetFraction: { numerator: '99', denominator: '100' },
        slices: null,
      },
    ],
    exclusions: [],
    minBadEvents: 1,
    minEvents: 0,
    alertHoldSeconds: 0,
    budgetAlerts: [],
    noDataAlert: null,
    minCoverage: 0,
    file: `shop/${slo.service}.yaml`,
  };
}

function alert(
  slo: SloSummary,
  severity: 'page' | 'ticket',
  times: { started: number; ended?: number; retroactive?: boolean },
): AlertRecord {
  const [, longWindow, shortWindow, factor] = severity === 'page' ? TIERS[0] : TIERS[2];
  const long = reading(longWindow, 151_200, 18.9, slo.target);
  const short = reading(shortWindow, 12_600, 61.2, slo.target);
  const of = (each: BurnReading) =>
    `${exact.format(each.total - each.good)} of ${exact.format(each.total)} events were bad in ${each.window} (burn ${(each.rate ?? 0).toFixed(1)})`;
  return {
    id: `${slo.name}-${severity}-${times.started}`,
    slo: slo.name,
    objective: slo.objective,
    service: slo.service,
    severity,
    longWindow,
    shortWindow,
    factor,
    startedAt: ago(times.started),
    endedAt: times.ended === undefined ? null : ago(times.ended),
    state: times.ended === undefined ? 'firing' : 'resolved',
    retroactive: times.retroactive ?? false,
    reason: `Burn above ${factor} in both windows: ${of(long)}, ${of(short)}`,
    details: {
      long,
      short,
      remainingRatio: 0.412,
      exhaustsInSeconds: 56_500,
      sampleTraceIds: ['4bf92f3577b34da6a3ce929d0e0e4736', '7d1c0e5a9b2f48e3a6d4c1b0f9e8d7c6'],
    },
  };
}

function servicesOf(slos: readonly SloSummary[], order: readonly SloState[]): SeenService[] {
  const names = [...new Set(slos.map((slo) => slo.service))];
  return names.map((name, index) => {
    const own = slos.filter((slo) => slo.service === name);
    const worstState = order.find((state) => own.some((slo) => slo.state === state)) ?? null;
    const signals = {
      traces: ago(1_000 + index * 800),
      metrics: ago(9_000 + index * 700),
      logs: index % 4 === 3 ? ago(11 * MINUTE) : ago(2_000),
    };
    return { name, signals, worstState, slos: own.length };
  });
}

const ORDER: readonly SloState[] = ['exhausted', 'burning', 'insufficient-data', 'no-data', 'ok'];

const FAULTS = () => [
  { name: 'payment-errors', description: '15 % of payments answer 500', active: false },
  { name: 'slow-database', description: 'Queries of the catalogue take 400 ms longer', active: false },
  { name: 'login-outage', description: 'Every login fails', active: false },
];

export const INFO: Info = {
  version: '0.1.0',
  mode: 'embedded',
  ports: { otlpGrpc: 4317, otlpHttp: 14318, sql: 8123, api: 8080 },
  demo: true,
};

/** Nothing sent, nothing defined. */
export function emptyFixture(): Fixture {
  return { services: [], slos: [], alerts: [], problems: [], faults: null, info: null };
}

/** The shop, all well, with two alerts in the past. */
export function healthyFixture(): Fixture {
  const slos = SHOP.map(summary);
  const services = [
    ...servicesOf(slos, ORDER),
    {
      name: 'database',
      signals: { traces: ago(1_500), metrics: null, logs: null },
      worstState: null,
      slos: 0,
    },
  ];
  const alerts = slos.slice(6, 8).map((slo, index) =>
    alert(slo, index === 0 ? 'ticket' : 'page', {
      started: (5 + index * 30) * HOUR,
      ended: (4 + index * 30) * HOUR,
      retroactive: index === 0,
    }),
  );
  return { services, slos, alerts, problems: [], faults: FAULTS(), info: INFO };
}

/** Payments burn, a budget is spent, one SLO has no data, one too little, one file is broken. */
export function burningFixture(): Fixture {
  const changes: Readonly<Record<string, Partial<Seed>>> = {
    'payment-errors': { state: 'burning', sli: 0.99928, firing: ['page'] },
    'payment-latency': { state: 'burning', sli: 0.9914, firing: ['ticket'] },
    'login-errors': { state: 'exhausted', sli: 0.99658, firing: ['ticket'] },
    'payment-tickets': { state: 'no-data', sli: null },
    'catalogue-volume': { state: 'insufficient-data', sli: 0.962 },
  };
  const problem = {
    file: 'shop/cart.yaml',
    line: 14,
    path: 'spec.objectives[0].target',
    code: 'bad-target',
    message: 'Cannot use 99.95 as a target: it is a ratio below 1; write 0.9995 or targetPercent: 99.95',
  };
  const slos = SHOP.map((seed) => summary({ ...seed, ...changes[seed.name] })).map((slo) =>
    slo.name === 'cart-errors' ? { ...slo, problems: [problem] } : slo,
  );
  const find = (name: string) => slos.find((slo) => slo.name === name) ?? (slos[0] as SloSummary);
  const open = [
    alert(find('payment-errors'), 'page', { started: 12 * MINUTE }),
    { ...alert(find('payment-errors'), 'ticket', { started: 11 * MINUTE }), state: 'inhibited' as const },
    alert(find('payment-latency'), 'ticket', { started: 47 * MINUTE }),
    alert(find('login-errors'), 'ticket', { started: 26 * HOUR }),
  ];
  const past = Array.from({ length: 8 }, (_, index) =>
    alert(find(index % 2 === 0 ? 'login-errors' : 'payment-errors'), index % 3 === 0 ? 'page' : 'ticket', {
      started: (30 + index * 17) * HOUR,
      ended: (29.4 + index * 17) * HOUR,
      retroactive: index === 5,
    }),
  );
  const faults = FAULTS().map((fault) => ({ ...fault, active: fault.name === 'payment-errors' }));
  return {
    services: servicesOf(slos, ORDER),
    slos,
    alerts: [...open, ...past],
    problems: [problem],
    faults,
    info: INFO,
  };
}

/** One SLO far beyond its budget. */
export function exhaustedFixture(): Fixture {
  const fixture = healthyFixture();
  const slos = fixture.slos.map((slo) =>
    slo.name === 'payment-errors'
      ? { ...slo, state: 'exhausted' as const, sli: 0.9966, remainingRatio: -2.4, firing: ['page' as const] }
      : slo,
  );
  const spent = slos.find((slo) => slo.name === 'payment-errors') as SloSummary;
  return {
    ...fixture,
    slos,
    services: servicesOf(slos, ORDER),
    alerts: [alert(spent, 'page', { started: 3 * HOUR }), ...fixture.alerts],
  };
}

/** Definitions without a single event. */
export function noDataFixture(): Fixture {
  const fixture = healthyFixture();
  const slos = fixture.slos.map((slo) => ({
    ...slo,
    state: 'no-data' as const,
    sli: null,
    remainingRatio: null,
  }));
  return {
    ...fixture,
    slos,
    services: servicesOf(slos, ORDER),
    alerts: [],
    faults: null,
    info: { ...INFO, demo: false },
  };
}

/** Three hundred SLOs of thirty services. */
export function manyFixture(): Fixture {
  const slos = Array.from({ length: 300 }, (_, index) => {
    const seed = SHOP[index % SHOP.length] as Seed;
    const state = ORDER[[0, 1, 2, 3][index % 97] ?? 4] ?? 'ok';
    return summary({
      ...seed,
      name: `${seed.name}-${index}`,
      displayName: `${seed.displayName} ${index}`,
      service: `service-${String(index % 30).padStart(2, '0')}`,
      state,
      ...(state === 'no-data' ? { sli: null } : {}),
      ...(state === 'exhausted' ? { remaining: -0.35 } : {}),
    });
  });
  return {
    services: servicesOf(slos, ORDER),
    slos,
    alerts: [],
    problems: [],
    faults: null,
    info: { ...INFO, demo: false },
  };
}
