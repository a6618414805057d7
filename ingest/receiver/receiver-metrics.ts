import { Counter, Gauge, type Registry } from 'prom-client';
import type { Validation } from '../../otlp/validate/types.ts';
import type { Signal } from '../../schemas/names.ts';
import type { Answer, Delivery, Protocol } from './types.ts';

/** The receiver's own figures. */
export class ReceiverMetrics {
  readonly #requests: Counter<'signal' | 'protocol' | 'outcome'>;
  readonly #records: Counter<'signal' | 'protocol'>;
  readonly #bytes: Counter<'signal' | 'protocol'>;
  readonly #rejected: Counter<'signal' | 'reason'>;
  readonly #appended: Counter<'signal'>;
  readonly #duplicates: Counter<'signal'>;
  readonly #heartbeatFailures: Counter<'signal'>;

  /** Registers everything in `registry`; `inFlightBytes` is asked at each scrape. */
  constructor(registry: Registry, inFlightBytes: () => number) {
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
    this.#appended = counter('appended_bytes_total', 'Bytes appended to the log', ['signal']);
    this.#duplicates = counter('duplicate_requests_total', 'Requests seen before and not stored again', [
      'signal',
    ]);
    this.#heartbeatFailures = counter('heartbeat_failures_total', 'Heartbeats the log did not take', [
      'signal',
    ]);
    new Gauge({
      name: 'valet_receiver_in_flight_bytes',
      help: 'Request bytes held',
      registers: [registry],
      collect() {
        this.set(inFlightBytes());
      },
    });
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
  validated(signal: Signal, protocol: Protocol, { records, rejections }: Validation): void {
    this.#records.inc({ signal, protocol }, records);
    for (const { reason, count } of rejections) this.#rejected.inc({ signal, reason }, count);
  }

  /** Bytes became durable. */
  appended(signal: Signal, bytes: number): void {
    this.#appended.inc({ signal }, bytes);
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
