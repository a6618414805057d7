/** Counts of the past, gathered by minute and exported as one-minute delta sums through the official exporter. */
import { type Attributes, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type PushMetricExporter,
  type ResourceMetrics,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { COUNTERS, resourceOf, SCOPE, type ShopCounts } from './shop-telemetry.ts';

const MINUTE_MILLIS = 60_000;
/** One request carries at most so many minutes, to stay well under the receivers' size limit. */
const MINUTES_PER_EXPORT = 1440;

type CounterKey = keyof typeof COUNTERS;

interface Series {
  readonly attributes: Attributes;
  readonly counts: Map<number, number>;
}

/** See above; minutes are of UTC, counts whole numbers. */
export class MinuteCounts implements ShopCounts {
  readonly #series: Record<CounterKey, Map<string, Series>> = { requests: new Map(), orders: new Map() };

  request(atMillis: number, attributes: Attributes): void {
    this.add('requests', atMillis, attributes, 1);
  }

  order(atMillis: number, attributes: Attributes): void {
    this.add('orders', atMillis, attributes, 1);
  }

  /** Adds to the minute that holds the instant. */
  add(counter: CounterKey, atMillis: number, attributes: Attributes, count: number): void {
    const minute = Math.floor(atMillis / MINUTE_MILLIS);
    const key = JSON.stringify(attributes);
    const series = this.#series[counter].get(key) ?? { attributes, counts: new Map<number, number>() };
    this.#series[counter].set(key, series);
    series.counts.set(minute, (series.counts.get(minute) ?? 0) + count);
  }

  /**
   * Exports the minutes of [fromMillis, toMillis) in order; rejects when the receiver refuses.
   * @param progress called with the share done, 0..1
   */
  async export(
    exporter: PushMetricExporter,
    range: { readonly fromMillis: number; readonly toMillis: number },
    progress: (done: number) => void,
  ): Promise<void> {
    const first = Math.floor(range.fromMillis / MINUTE_MILLIS);
    const end = Math.floor(range.toMillis / MINUTE_MILLIS);
    for (let minute = first; minute < end; minute += MINUTES_PER_EXPORT) {
      const until = Math.min(minute + MINUTES_PER_EXPORT, end);
      await send(exporter, this.#between(minute, until));
      progress((until - first) / (end - first));
    }
  }

  #between(firstMinute: number, endMinute: number): ResourceMetrics {
    const metrics = (Object.keys(COUNTERS) as CounterKey[]).map((counter) =>
      this.#metric(counter, firstMinute, endMinute),
    );
    return { resource: resourceOf('gateway'), scopeMetrics: [{ scope: SCOPE, metrics }] };
  }

  #metric(counter: CounterKey, firstMinute: number, endMinute: number): SumMetricData {
    const dataPoints: SumMetricData['dataPoints'] = [];
    for (let minute = firstMinute; minute < endMinute; minute++) {
      for (const { attributes, counts } of this.#series[counter].values()) {
        const value = counts.get(minute);
        if (value === undefined) continue;
        dataPoints.push({ startTime: [minute * 60, 0], endTime: [(minute + 1) * 60, 0], attributes, value });
      }
    }
    return {
      descriptor: { ...COUNTERS[counter], valueType: ValueType.INT },
      aggregationTemporality: AggregationTemporality.DELTA,
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints,
    };
  }
}

function send(exporter: PushMetricExporter, metrics: ResourceMetrics): Promise<void> {
  return new Promise((resolve, reject) => {
    exporter.export(metrics, (result) => {
      if (result.code === 0) resolve();
      else reject(new Error('Cannot write metric history', { cause: result.error }));
    });
  });
}
