import type { Signal } from '../../schemas/names.ts';
import { LogDecoder } from './logs.ts';
import { MetricDecoder } from './metrics.ts';
import { SpanDecoder } from './spans.ts';
import type { Batch, EncodedRequest, LogBatch, MetricBatch, SpanBatch } from './types.ts';

/** Decodes trace requests into a batch of its own. Undecodable ones are named in it; nothing is thrown for them. */
export function decodeSpans(requests: readonly EncodedRequest[]): SpanBatch {
  return new SpanDecoder().decode(requests);
}

/** Decodes log requests into a batch of its own, like {@link decodeSpans}. */
export function decodeLogs(requests: readonly EncodedRequest[]): LogBatch {
  return new LogDecoder().decode(requests);
}

/** Decodes metric requests into a batch of its own, like {@link decodeSpans}. */
export function decodeMetrics(requests: readonly EncodedRequest[]): MetricBatch {
  return new MetricDecoder().decode(requests);
}

/** Decodes requests of a signal into a batch of its own, like {@link decodeSpans}. */
export function decode(signal: Signal, requests: readonly EncodedRequest[]): Batch {
  return createDecoder(signal).decode(requests);
}

/** Decodes batch after batch in the same memory: a batch is valid until the next `decode`. */
export interface BatchDecoder {
  decode(requests: readonly EncodedRequest[]): Batch;
}

/** A decoder to keep, for loops: it spares allocating the columns anew. */
export function createDecoder(signal: Signal): BatchDecoder {
  switch (signal) {
    case 'traces':
      return new SpanDecoder();
    case 'logs':
      return new LogDecoder();
    case 'metrics':
      return new MetricDecoder();
  }
}
