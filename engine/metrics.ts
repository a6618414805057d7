/** What the engine says of itself. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Batch } from '../otlp/columns/types.ts';
import { dictionaryGauge } from '../otlp/dictionary-gauge.ts';
import { type DeliveryMetrics, deliveryMetrics } from './delivery/delivery-metrics.ts';

/** The engine's metrics, registered in the role's registry. */
export interface EngineMetrics {
  readonly events: Counter<'signal'>;
  readonly late: Counter<'slo'>;
  readonly uncounted: Counter<'signal' | 'reason'>;
  readonly lost: Counter<'topic'>;
  readonly evaluation: Histogram;
  readonly lag: Gauge<'signal'>;
  readonly lagRecords: Gauge<'topic' | 'partition'>;
  readonly resultRows: Counter<'table'>;
  readonly resultRowsDropped: Counter<'table'>;
  readonly alerts: Counter<'slo' | 'kind' | 'severity'>;
  readonly logFailures: Counter<'activity'>;
  readonly delivery: DeliveryMetrics;
  /** Shown each batch that was decoded. */
  readonly decoded: (batch: Batch) => void;
}

/** Creates and registers them. */
export function engineMetrics(registry: Registry): EngineMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `valet_engine_${name}_total`, help, labelNames, registers });
  return {
    events: counter('events', 'Spans, log records and metric points metered', ['signal']),
    late: counter('events_late', 'Events of an SLO that came after the lateness bound', ['slo']),
    uncounted: counter('uncounted', 'Requests or events that count nowhere, by reason', ['signal', 'reason']),
    lost: counter('records_lost', 'Log records gone before the engine could read them', ['topic']),
    evaluation: new Histogram({
      name: 'valet_engine_evaluation_seconds',
      help: 'Time of one evaluation of all SLOs',
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registers,
    }),
    lag: new Gauge({
      name: 'valet_engine_lag_seconds',
      help: 'How far the newest event time metered is behind the clock',
      labelNames: ['signal'],
      registers,
    }),
    lagRecords: new Gauge({
      name: 'valet_engine_lag_records',
      help: 'Log records not metered yet',
      labelNames: ['topic', 'partition'],
      registers,
    }),
    resultRows: counter('result_rows', 'Rows written to the result tables', ['table']),
    resultRowsDropped: counter('result_rows_dropped', 'Result rows given up while ClickHouse was away', [
      'table',
    ]),
    alerts: counter('alerts', 'Alerts begun', ['slo', 'kind', 'severity']),
    logFailures: counter('log_failures', 'Steps put off because the log failed', ['activity']),
    delivery: deliveryMetrics(registry),
    decoded: dictionaryGauge(registry, 'valet_engine_dictionary_entries'),
  };
}
