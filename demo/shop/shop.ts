/**
 * The shop: customers browse, log in, fill carts and pay. Each request becomes one trace through the services it
 * needs, with the log records they would write. The clock is an argument, so the same shop writes history and live.
 */
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ServiceName, ShopCounts, ShopTelemetry } from '../telemetry/shop-telemetry.ts';
import type { FaultLevels } from './faults.ts';
import { latencyMillis, type Random } from './random.ts';

/** What a customer may do, with how often, and the route at the gateway. */
const JOURNEYS = [
  { name: 'browse', share: 0.55, method: 'GET', route: '/catalogue' },
  { name: 'login', share: 0.15, method: 'POST', route: '/login' },
  { name: 'cart', share: 0.1, method: 'POST', route: '/cart' },
  { name: 'checkout', share: 0.2, method: 'POST', route: '/checkout' },
] as const;
type Journey = (typeof JOURNEYS)[number];

/** What became of one step: how long it took, and why it failed if it did. */
interface Outcome {
  readonly millis: number;
  readonly error?: string;
}

interface Step {
  readonly startMillis: number;
  readonly parent: Context;
}

/** One span to be written: who does what, for how long. */
interface Operation {
  readonly service: ServiceName;
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Readonly<Record<string, string | number>>;
}

const BASE_ERROR_RATIO = 0.0002;

/** See above. */
export class Shop {
  readonly #telemetry: ShopTelemetry;
  readonly #counts: ShopCounts;
  readonly #random: Random;
  #lastOrder = 0;

  constructor(telemetry: ShopTelemetry, counts: ShopCounts, random: Random) {
    this.#telemetry = telemetry;
    this.#counts = counts;
    this.#random = random;
  }

  /** One customer request that arrives at `startMillis`; everything it causes is handed to the telemetry. */
  serve(startMillis: number, faults: FaultLevels): void {
    if (this.#random() < faults('traffic-drop') * 0.95) return;
    const journey = this.#pick();
    const operation: Operation = {
      service: 'gateway',
      name: `${journey.method} ${journey.route}`,
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': journey.method,
        'http.route': journey.route,
        'url.scheme': 'https',
      },
    };
    this.#counts.request(startMillis, { 'http.route': journey.route });
    this.#span(operation, { startMillis, parent: ROOT_CONTEXT }, (step) => {
      const inner = this.#journey(journey, step, faults);
      return inner.error === undefined
        ? { millis: inner.millis + 4 }
        : { millis: inner.millis + 4, error: inner.error };
    });
  }

  #journey(journey: Journey, step: Step, faults: FaultLevels): Outcome {
    switch (journey.name) {
      case 'browse':
        return this.#catalogue(step, faults);
      case 'login':
        return this.#login(step, faults);
      case 'cart':
        return this.#call('cart', 'POST /items', step, (inner) => this.#cache('SET', inner, faults));
      case 'checkout':
        return this.#checkout(step, faults);
    }
  }

  #catalogue(step: Step, faults: FaultLevels): Outcome {
    return this.#call('catalogue', 'GET /products', step, (inner) => {
      const cached = this.#cache('GET', inner, faults);
      const miss = cached.error !== undefined || this.#random() < 0.2;
      if (!miss) return { millis: cached.millis };
      const stored = this.#database(
        'SELECT products',
        18,
        { ...inner, startMillis: inner.startMillis + cached.millis },
        faults,
      );
      return { ...stored, millis: cached.millis + stored.millis };
    });
  }

  #login(step: Step, faults: FaultLevels): Outcome {
    const delayMillis = faults('slow-login') * 600;
    return this.#call('login', 'POST /session', step, (inner) => {
      const stored = this.#database(
        'SELECT users',
        12,
        { ...inner, startMillis: inner.startMillis + delayMillis },
        faults,
      );
      return { ...stored, millis: latencyMillis(this.#random, 45) + delayMillis + stored.millis };
    });
  }

  #checkout(step: Step, faults: FaultLevels): Outcome {
    const order = `order-${Math.trunc(step.startMillis)}-${++this.#lastOrder}`;
    const paid = this.#call('payment', 'POST /payments', step, (inner) => {
      const stored = this.#database('INSERT payments', 15, inner, faults);
      const millis = latencyMillis(this.#random, 90) + stored.millis;
      if (stored.error !== undefined) return { ...stored, millis };
      return this.#random() < faults('payment-errors')
        ? { millis, error: 'payment provider answered 503' }
        : { millis };
    });
    this.#report(order, step.startMillis + paid.millis, paid, step.parent, faults);
    return paid;
  }

  /** The business side of a checkout: an order event, and sometimes a ticket to the help desk. */
  #report(order: string, atMillis: number, paid: Outcome, context: Context, faults: FaultLevels): void {
    const failed = paid.error !== undefined;
    this.#telemetry.event('payment', {
      name: failed ? 'order.failed' : 'order.placed',
      atMillis,
      context,
      severity: failed ? 'ERROR' : 'INFO',
      body: failed ? `order ${order} failed: ${paid.error}` : `order ${order} placed`,
      attributes: { 'order.id': order },
    });
    this.#counts.order(atMillis, { outcome: failed ? 'failed' : 'placed' });
    const ticketRatio = Math.max(failed ? 0.2 : 0.002, faults('ticket-flood') * 0.5);
    if (this.#random() >= ticketRatio) return;
    this.#telemetry.event('gateway', {
      name: 'ticket.opened',
      atMillis: atMillis + 500,
      context,
      severity: 'WARN',
      body: `customer reports a problem with ${order}`,
      attributes: { 'order.id': order, 'ticket.class': failed ? 'payment' : 'other' },
    });
  }

  /** A request to another service: a client span here, a server span there, a little time on the way. */
  #call(service: ServiceName, name: string, step: Step, work: (inner: Step) => Outcome): Outcome {
    const [method = '', route = ''] = name.split(' ');
    const caller = this.#callerOf(step);
    const asked = { 'http.request.method': method, 'url.template': route, 'server.address': service };
    return this.#span({ service: caller, name, kind: SpanKind.CLIENT, attributes: asked }, step, (sent) => {
      const attributes = { 'http.request.method': method, 'http.route': route };
      const arrival = { ...sent, startMillis: sent.startMillis + 1.5 };
      const outcome = this.#span({ service, name, kind: SpanKind.SERVER, attributes }, arrival, (inner) =>
        this.#finish(work(inner)),
      );
      return { ...outcome, millis: outcome.millis + 3 };
    });
  }

  /** What every server adds to what it asks of others: some time, and rarely an error of its own. */
  #finish(outcome: Outcome): Outcome {
    const error = outcome.error ?? (this.#random() < BASE_ERROR_RATIO ? 'internal error' : undefined);
    const millis = outcome.millis + latencyMillis(this.#random, 3);
    return error === undefined ? { millis } : { millis, error };
  }

  #database(statement: string, medianMillis: number, step: Step, faults: FaultLevels): Outcome {
    const service = this.#callerOf(step);
    const [operation = '', collection = ''] = statement.split(' ');
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.collection.name': collection,
    };
    return this.#span({ service, name: statement, kind: SpanKind.CLIENT, attributes }, step, () => {
      const millis = latencyMillis(this.#random, medianMillis);
      const failed = this.#random() < Math.max(BASE_ERROR_RATIO / 2, faults('database-errors') * 0.2);
      return failed ? { millis, error: 'connection reset by database' } : { millis };
    });
  }

  #cache(operation: string, step: Step, faults: FaultLevels): Outcome {
    const service = this.#callerOf(step);
    const attributes = { 'db.system.name': 'redis', 'db.operation.name': operation };
    const outcome = this.#span(
      { service, name: `${operation} cache`, kind: SpanKind.CLIENT, attributes },
      step,
      () =>
        this.#random() < faults('cache-down')
          ? { millis: 1, error: 'connection refused by cache' }
          : { millis: latencyMillis(this.#random, 1.2) },
    );
    // A cache is an optimisation: whoever writes to it goes on without it.
    return operation === 'SET' ? { millis: outcome.millis } : outcome;
  }

  /** Writes one span whose length and end state come from what happens inside it. */
  #span(operation: Operation, step: Step, work: (inner: Step) => Outcome): Outcome {
    const span = this.#telemetry
      .tracer(operation.service)
      .startSpan(
        operation.name,
        { kind: operation.kind, attributes: operation.attributes, startTime: toHrTime(step.startMillis) },
        step.parent,
      );
    this.#owners.set(span, operation.service);
    const outcome = work({ startMillis: step.startMillis, parent: trace.setSpan(step.parent, span) });
    const endMillis = step.startMillis + outcome.millis;
    if (operation.kind === SpanKind.SERVER)
      span.setAttribute('http.response.status_code', outcome.error === undefined ? 200 : 500);
    if (outcome.error !== undefined) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.error });
      span.addEvent(
        'exception',
        { 'exception.type': 'ShopError', 'exception.message': outcome.error },
        toHrTime(endMillis),
      );
    }
    span.end(toHrTime(endMillis));
    return outcome;
  }

  /** A client span belongs to the service whose span is open around it. */
  #callerOf(step: Step): ServiceName {
    const span = trace.getSpan(step.parent);
    return (span && this.#owners.get(span)) ?? 'gateway';
  }

  readonly #owners = new WeakMap<Span, ServiceName>();

  #pick(): Journey {
    let left = this.#random();
    for (const journey of JOURNEYS) {
      left -= journey.share;
      if (left < 0) return journey;
    }
    return JOURNEYS[0];
  }
}

/** Seconds and nanoseconds: the one form of time the SDK never takes for a relative one. */
function toHrTime(millis: number): [number, number] {
  const seconds = Math.trunc(millis / 1000);
  return [seconds, Math.round((millis - seconds * 1000) * 1e6)];
}
