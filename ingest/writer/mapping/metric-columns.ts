/** Column writers the metric tables share. */
import { halvesOf } from '../../../otlp/columns/event-time.ts';
import type { Exemplars, HistogramPoints, MetricBatch, PointTable } from '../../../otlp/columns/types.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import { writeInt32s, writeWords } from '../../../store/native/fixed.ts';
import { writeAttributes } from './attributes.ts';
import { type ColumnWriters, ownerWriters } from './block-writers.ts';
import { writeInheritedDictionary, writeInheritedNumbers, writeInheritedText } from './inherited.ts';
import { childrenOf, writeAttributeArrays, writeHexArrays, writeWordArrays } from './nested.ts';
import { liftRuns, runsOf } from './runs.ts';
import { sliceBytes } from './text.ts';

/** The columns all five tables begin with, the flags, and what is known of the metric itself. */
export function pointWriters(
  writer: ChunkWriter,
  batch: MetricBatch,
  points: PointTable,
  rows: Uint32Array,
): ColumnWriters {
  const { source, metrics, scopes, resources } = batch;
  const metricRuns = runsOf(rows, points.metric);
  const scopeRuns = liftRuns(metricRuns, metrics.scope);
  const resourceRuns = liftRuns(scopeRuns, scopes.resource);
  return {
    ...ownerWriters(writer, batch, scopeRuns),
    ResourceSchemaUrl: () =>
      writeInheritedText(writer, resourceRuns, (resource) =>
        sliceBytes(source, resources.schemaUrl, resource),
      ),
    ScopeName: () => writeInheritedText(writer, scopeRuns, (scope) => sliceBytes(source, scopes.name, scope)),
    ScopeVersion: () =>
      writeInheritedText(writer, scopeRuns, (scope) => sliceBytes(source, scopes.version, scope)),
    ScopeDroppedAttrCount: () => writeInheritedNumbers(writer, scopeRuns, scopes.droppedAttributesCount, 4),
    ScopeSchemaUrl: () =>
      writeInheritedText(writer, scopeRuns, (scope) => sliceBytes(source, scopes.schemaUrl, scope)),
    MetricName: () => writeInheritedDictionary(writer, metricRuns, metrics.name),
    MetricDescription: () =>
      writeInheritedText(writer, metricRuns, (metric) => sliceBytes(source, metrics.description, metric)),
    MetricUnit: () =>
      writeInheritedText(writer, metricRuns, (metric) => sliceBytes(source, metrics.unit, metric)),
    AggregationTemporality: () => writeInheritedNumbers(writer, metricRuns, metrics.temporality, 4),
    IsMonotonic: () => writeInheritedNumbers(writer, metricRuns, metrics.isMonotonic, 1),
    Attributes: () => writeAttributes(writer, source, points.attributes, rows),
    StartTimeUnix: () => writeWords(writer, halvesOf(points.startNanos), rows),
    TimeUnix: () => writeWords(writer, halvesOf(points.timeNanos), rows),
    Flags: () => writeInt32s(writer, points.flags, rows),
  };
}

/** The Exemplars columns. */
export function exemplarWriters(
  writer: ChunkWriter,
  source: Uint8Array,
  exemplars: Exemplars,
  rows: Uint32Array,
): ColumnWriters {
  const children = childrenOf(exemplars.offsets, rows);
  return {
    'Exemplars.FilteredAttributes': () =>
      writeAttributeArrays(writer, source, exemplars.attributes, children),
    'Exemplars.TimeUnix': () => writeWordArrays(writer, halvesOf(exemplars.timeNanos), children),
    'Exemplars.Value': () => writeWordArrays(writer, halvesOf(exemplars.value), children),
    'Exemplars.SpanId': () => writeHexArrays(writer, exemplars.spanId, children),
    'Exemplars.TraceId': () => writeHexArrays(writer, exemplars.traceId, children),
  };
}

/** Count, Sum, Min and Max of both kinds of histogram. */
export function distributionWriters(
  writer: ChunkWriter,
  points: Pick<HistogramPoints, 'countValue' | 'sum' | 'min' | 'max'>,
  rows: Uint32Array,
): ColumnWriters {
  return {
    Count: () => writeWords(writer, halvesOf(points.countValue), rows),
    Sum: () => writeWords(writer, halvesOf(points.sum), rows),
    Min: () => writeWords(writer, halvesOf(points.min), rows),
    Max: () => writeWords(writer, halvesOf(points.max), rows),
  };
}
