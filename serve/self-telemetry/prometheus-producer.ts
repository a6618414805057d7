/** The metrics of `/metrics` as OpenTelemetry's, for the SDK's reader. */
import type { Attributes, HrTime } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import { hrTime, millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { PostedMetrics } from '../../schemas/worker-messages.ts';

type Posted = PostedMetrics[number];
type Sample = Posted['values'][number] & { readonly metricName?: string };

/** What of a process is its own; the rest is Node's and of no use in a table. */
const NAMES = /^(valet_|process_(cpu_seconds|resident_memory)|nodejs_eventloop_lag_p99)/;

/** Names and labels stay as `/metrics` has them; counters and histograms are cumulative since the start. */
export class PrometheusProducer implements MetricProducer {
  readonly #collect: () => Promise<readonly PostedMetrics[]>;
  readonly #start: HrTime;

  /** `collect`: the registries of all threads. */
  constructor(collect: () => Promise<readonly PostedMetrics[]>, startMillis: number) {
    this.#collect = collect;
    this.#start = millisToHrTime(startMillis);
  }

  async collect(): Promise<CollectionResult> {
    const times = { startTime: this.#start, endTime: hrTime() };
    const metrics = (await this.#collect()).flat().filter(({ name }) => NAMES.test(name));
    const data = metrics.flatMap((metric) => toMetricData(metric, times));
    const scopeMetrics = [{ scope: { name: 'valet' }, metrics: data }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

interface Times {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function toMetricData(metric: Posted, times: Times): readonly MetricData[] {
  const base = {
    descriptor: {
      name: metric.name,
      description: metric.help,
      unit: unitOf(metric.name),
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = () =>
    metric.values.map(({ labels, value }) => ({ ...times, attributes: labels as Attributes, value }));
  switch (String(metric.type)) {
    case 'counter':
      return [{ ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() }];
    case 'gauge':
      return [{ ...base, dataPointType: DataPointType.GAUGE, dataPoints: points() }];
    case 'histogram':
      return [
        { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: histogramPoints(metric, times) },
      ];
    default:
      return [];
  }
}

/** UCUM, from the base unit in the name. */
function unitOf(name: string): string {
  if (/_bytes(_|$)/.test(name)) return 'By';
  return /_seconds(_|$)/.test(name) ? 's' : '1';
}

/** A histogram's samples are its cumulative buckets, sum and count, one set for each combination of labels. */
function histogramPoints(metric: Posted, times: Times): DataPoint<Histogram>[] {
  const series = new Map<string, Sample[]>();
  for (const sample of metric.values as readonly Sample[]) {
    const { le: _, ...labels } = sample.labels as Attributes;
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  return [...series].map(([key, samples]) => ({
    ...times,
    attributes: JSON.parse(key) as Attributes,
    value: histogramOf(metric.name, samples),
  }));
}

function histogramOf(name: string, samples: readonly Sample[]): Histogram {
  const buckets = samples.filter(({ metricName }) => metricName === `${name}_bucket`);
  const sampleOf = (suffix: string) =>
    samples.find(({ metricName }) => metricName === name + suffix)?.value ?? 0;
  const bounds = buckets.map(({ labels }) => Number((labels as Attributes)['le']));
  return {
    buckets: {
      // The last bound is +Inf, which OTLP leaves out.
      boundaries: bounds.filter(Number.isFinite),
      counts: buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0)),
    },
    sum: sampleOf('_sum'),
    count: sampleOf('_count'),
  };
}
