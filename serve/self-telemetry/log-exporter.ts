import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { DurableLog } from '../../log/types.ts';
import { HEADER_RECORDS, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';

/** Appends metrics to the log, where any sender's end up: what keeps the receivers from taking more does not stop it. */
export class LogExporter implements PushMetricExporter {
  readonly #log: DurableLog;
  #last: Promise<void> = Promise.resolve();

  constructor(log: DurableLog) {
    this.#log = log;
  }

  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    const value = ProtobufMetricsSerializer.serializeRequest(metrics);
    if (value === undefined || value.length === 0) {
      done({ code: ExportResultCode.SUCCESS });
      return;
    }
    this.#last = this.#log
      .append(TOPIC_OF_SIGNAL.metrics, [{ headers: { [HEADER_RECORDS]: String(pointsOf(metrics)) }, value }])
      .then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: Error) => done({ code: ExportResultCode.FAILED, error }),
      );
  }

  forceFlush(): Promise<void> {
    return this.#last;
  }

  shutdown(): Promise<void> {
    return this.#last;
  }
}

function pointsOf({ scopeMetrics }: ResourceMetrics): number {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}
