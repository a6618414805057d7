/** The shop's instrumentation: one OpenTelemetry SDK set-up per service, over gRPC, HTTP/protobuf and HTTP/JSON. */
import {
  type Attributes,
  type Context,
  type Logger,
  SeverityNumber,
  type Tracer,
  ValueType,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createExporters, type ExporterTarget, type Protocol } from './exporters.ts';

/** The services of the shop and how each sends its telemetry. */
export const SERVICES = {
  gateway: 'grpc',
  login: 'http/protobuf',
  catalogue: 'http/json',
  cart: 'grpc',
  payment: 'http/protobuf',
} as const satisfies Record<string, Protocol>;
export type ServiceName = keyof typeof SERVICES;

/** The instrumentation scope of everything the shop sends. */
export const SCOPE = { name: 'shop', version: '1.0.0' } as const;

/** The shop's counters. */
export const COUNTERS = {
  requests: {
    name: 'shop.requests',
    unit: '{request}',
    description: 'Customer requests at the gateway',
    valueType: ValueType.INT,
  },
  orders: {
    name: 'shop.orders',
    unit: '{order}',
    description: 'Checkouts by outcome',
    valueType: ValueType.INT,
  },
} as const;

/** Takes one count at an instant. */
export interface ShopCounts {
  request(atMillis: number, attributes: Attributes): void;
  order(atMillis: number, attributes: Attributes): void;
}

/** A log record with an event name. */
export interface ShopEvent {
  readonly name: string;
  readonly atMillis: number;
  readonly context: Context;
  readonly severity: 'INFO' | 'WARN' | 'ERROR';
  readonly body: string;
  readonly attributes: Attributes;
}

/** Bounds one flush of history: the queue must hold it, for a full queue drops. */
export const MAX_QUEUED_RECORDS = 32_768;

interface ServiceTelemetry {
  readonly tracer: Tracer;
  readonly logger: Logger;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The telemetry of all services; sends on its own every second, metrics every minute. */
export class ShopTelemetry {
  /** Counts of the present, exported every minute as deltas. */
  readonly counts: ShopCounts;
  readonly #services: ReadonlyMap<ServiceName, ServiceTelemetry>;
  readonly #meters: MeterProvider;

  constructor(target: ExporterTarget) {
    const names = Object.keys(SERVICES) as ServiceName[];
    this.#services = new Map(names.map((name) => [name, startService(name, target)]));
    this.#meters = startMeters(target);
    this.counts = liveCounts(this.#meters);
  }

  tracer(service: ServiceName): Tracer {
    return this.#of(service).tracer;
  }

  event(service: ServiceName, event: ShopEvent): void {
    this.#of(service).logger.emit({
      eventName: event.name,
      timestamp: event.atMillis,
      observedTimestamp: event.atMillis,
      severityText: event.severity,
      severityNumber: SeverityNumber[event.severity],
      body: event.body,
      attributes: event.attributes,
      context: event.context,
    });
  }

  /** Sends what spans and log records are queued; resolves when answered. */
  async flush(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.flush()));
  }

  /** Flushes everything, metrics too, and stops. */
  async close(): Promise<void> {
    await Promise.all([
      this.#meters.shutdown(),
      ...[...this.#services.values()].map((service) => service.close()),
    ]);
  }

  #of(service: ServiceName): ServiceTelemetry {
    const telemetry = this.#services.get(service);
    if (!telemetry) throw new RangeError(`Cannot find telemetry of a service: current value is ${service}`);
    return telemetry;
  }
}

/** The resource every signal of a service carries. */
export function resourceOf(service: ServiceName) {
  return resourceFromAttributes({
    'service.name': service,
    'service.namespace': 'shop',
    'service.version': '1.0.0',
    'service.instance.id': `${service}-1`,
    'deployment.environment.name': 'demo',
  });
}

function startService(name: ServiceName, target: ExporterTarget): ServiceTelemetry {
  const resource = resourceOf(name);
  const exporters = createExporters(SERVICES[name], target);
  const batching = { maxQueueSize: MAX_QUEUED_RECORDS, maxExportBatchSize: 2048, scheduledDelayMillis: 1000 };
  const tracers = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: exporters.traces, ...batching })],
  });
  const loggers = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: exporters.logs, ...batching })],
  });
  return {
    tracer: tracers.getTracer(SCOPE.name, SCOPE.version),
    logger: loggers.getLogger(SCOPE.name, SCOPE.version),
    flush: async () => void (await Promise.all([tracers.forceFlush(), loggers.forceFlush()])),
    close: async () => void (await Promise.all([tracers.shutdown(), loggers.shutdown()])),
  };
}

function liveCounts(meters: MeterProvider): ShopCounts {
  const meter = meters.getMeter(SCOPE.name, SCOPE.version);
  const [requests, orders] = [COUNTERS.requests, COUNTERS.orders].map(({ name, ...options }) =>
    meter.createCounter(name, options),
  );
  return {
    request: (_atMillis, attributes) => requests?.add(1, attributes),
    order: (_atMillis, attributes) => orders?.add(1, attributes),
  };
}

function startMeters(target: ExporterTarget): MeterProvider {
  const { metrics } = createExporters(SERVICES.gateway, target);
  return new MeterProvider({
    resource: resourceOf('gateway'),
    readers: [new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 60_000 })],
  });
}
