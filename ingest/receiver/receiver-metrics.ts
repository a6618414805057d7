import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Validation } from '../../otlp/validate/types.ts';
import type { Signal } from '../../schemas/names.ts';
import type { TenantLimit } from './tenant-limits.ts';
import type { Answer, Delivery, Protocol } from './types.ts';

/** Seconds; an append waits for a disk or for brokers. */
const APPEND_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is asked at each scrape. */
export interface ReceiverGauges {
  inFlightBytes(): number;
  tenants(): number;
}

/** The receiver's own figures. */
export class ReceiverMetrics {
  readonly #requests: Counter<'signal' | 'protocol' | 'outcome'>;
  readonly #records: Counter<'signal' | 'protocol'>;
  readonly #bytes: Counter<'signal' | 'protocol'>;
  readonly #rejected: Counter<'signal' | 'reason'>;
  readonly #changed: Counter<'signal' | 'change'>;
  readonly #throttled: Counter<'limit'>;
  readonly #split: Counter<'signal'>;
  readonly #appended: Counter<'signal'>;
  readonly #appendSeconds: Histogram<'signal'>;
  readonly #duplicates: Counter<'signal'>;
  readonly #heartbeatFailures: Counter<'signal'>;

  /** Registers everything in `registry`. */
  constructor(registry: Registry, { inFlightBytes, tenants }: ReceiverGauges) {
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
      new Counter({ name: `valet_receiver_${name}`, help, labelNames, registers: [registry] });
    this.#requests = counter('requests_total', 'Requests answered, by outcome', [
      'signal',
      'protocol',
      'outcome',
    ]);
    this.#records = counter('records_total', 'Records in decodable requests', ['signal', 'protocol']);
    this.#bytes = counter('received_bytes_total', 'Body bytes as sent', ['signal', 'protocol']);
    this.#rejected = counter('rejected_records_total', 'Records rejected, by reason', ['signal', 'reason']);
    this.#changed = counter('changed_values_total', 'Values changed so that they could be taken', [
      'signal',
      'change',
    ]);
    this.#throttled = counter('throttled_requests_total', 'Requests refused as their tenant sends too fast', [
      'limit',
    ]);
    this.#split = counter('split_requests_total', 'Requests cut into several log records', ['signal']);
    this.#appended = counter('appended_bytes_total', 'Bytes appended to the log', ['signal']);
    this.#appendSeconds = new Histogram({
      name: 'valet_receiver_append_seconds',
      help: 'Time until an append was durable',
      labelNames: ['signal'],
      buckets: APPEND_BUCKETS,
      registers: [registry],
    });
    this.#duplicates = counter('duplicate_requests_total', 'Requests seen before and not stored again', [
      'signal',
    ]);
    this.#heartbeatFailures = counter('heartbeat_failures_total', 'Heartbeats the log did not take', [
      'signal',
    ]);
    gauge(registry, 'in_flight_bytes', 'Request bytes held', inFlightBytes);
    gauge(registry, 'tenants', 'Tenants whose limits are being counted', tenants);
  }

  /** A request was answered. */
  answered(signal: Signal, protocol: Protocol, outcome: Answer['kind']): void {
    this.#requests.inc({ signal, protocol, outcome });
  }

  /** A body was read. */
  received({ signal, protocol, body }: Delivery): void {
    this.#bytes.inc({ signal, protocol }, body.length);
  }

  /** A request was decoded and judged. */
  validated(signal: Signal, protocol: Protocol, { records, rejections, changes, pieces }: Validation): void {
    this.#records.inc({ signal, protocol }, records);
    for (const { reason, count } of rejections) this.#rejected.inc({ signal, reason }, count);
    for (const { kind, count } of changes) this.#changed.inc({ signal, change: kind }, count);
    if (pieces.length > 1) this.#split.inc({ signal });
  }

  /** A request was refused as its tenant used up a limit. */
  throttled(limit: TenantLimit): void {
    this.#throttled.inc({ limit });
  }

  /** Bytes became durable. */
  appended(signal: Signal, bytes: number, seconds: number): void {
    this.#appended.inc({ signal }, bytes);
    this.#appendSeconds.observe({ signal }, seconds);
  }

  /** A body was seen before. */
  duplicate(signal: Signal): void {
    this.#duplicates.inc({ signal });
  }

  /** A heartbeat did not get into the log. */
  heartbeatFailed(signal: Signal): void {
    this.#heartbeatFailures.inc({ signal });
  }
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name: `valet_receiver_${name}`,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
