import { halvesOf, hasUsableEnd, millisOf, spanEventMillisOf } from '../../../otlp/columns/event-time.ts';
import type { SpanBatch } from '../../../otlp/columns/types.ts';
import { TABLES } from '../../../schemas/names.ts';
import { SPAN_COLUMNS } from '../../../schemas/tables.ts';
import type { ChunkPool } from '../../../store/native/chunk-pool.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import { writeWords } from '../../../store/native/fixed.ts';
import { writeHex } from '../../../store/native/hex.ts';
import { writeAttributes } from './attributes.ts';
import { type ColumnWriters, ownerWriters, writeBlock } from './block-writers.ts';
import { writeInheritedText } from './inherited.ts';
import {
  childrenOf,
  writeAttributeArrays,
  writeEntryArrays,
  writeHexArrays,
  writeSliceArrays,
  writeWordArrays,
} from './nested.ts';
import { ownersOfRows } from './row-owners.ts';
import { runsOf } from './runs.ts';
import { sampleEvents } from './sample-events.ts';
import { selectRows } from './select-rows.ts';
import { sliceBytes, writeEntries, writeNames, writeSlices } from './text.ts';
import type { EncodedBatch, RowPolicy } from './types.ts';

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'] as const;
const STATUSES = ['Unset', 'Ok', 'Error'] as const;
const TABLE = { name: TABLES.traces, columns: SPAN_COLUMNS };

/** Spans as blocks of `otel_traces`; a span whose end is unusable has Duration 0 and is counted as a doubt. */
export function encodeSpans(batch: SpanBatch, policy: RowPolicy, pool: ChunkPool): EncodedBatch {
  const times = millisOf(batch.startNanos, batch.count);
  const { appended, requestOf } = ownersOfRows(batch, batch.scope, batch.count);
  const { days, refused } = selectRows({ times, appended }, policy.retentionSeconds.traces, policy);
  const { durations, doubts } = durationsOf(batch);
  const blocks = days.map((day) =>
    writeBlock(TABLE, day, pool, (writer) => ({
      ...spanWriters(writer, batch, day.rows),
      Duration: () => writeWords(writer, durations, day.rows),
    })),
  );
  return {
    blocks,
    refused: refused.map((rows) => ({ ...rows, kind: 0, requestOf, times })),
    doubts: doubts === 0 ? [] : [{ reason: 'end-before-start', count: doubts }],
    sampledMillis: sampleEvents([{ days, timeOf: (row) => spanEventMillisOf(batch, row) }]),
  };
}

/** End minus start in nanoseconds as halves, 0 where the end is unusable. */
function durationsOf(batch: SpanBatch): { readonly durations: Uint32Array; readonly doubts: number } {
  const starts = halvesOf(batch.startNanos);
  const ends = halvesOf(batch.endNanos);
  const durations = new Uint32Array(batch.count * 2);
  let doubts = 0;
  for (let row = 0; row < batch.count; row++) {
    const low = row * 2;
    if (!hasUsableEnd(starts, ends, row)) {
      doubts++;
      continue;
    }
    const lowDifference = (ends[low] as number) - (starts[low] as number);
    const borrow = lowDifference < 0 ? 1 : 0;
    durations[low] = lowDifference;
    durations[low + 1] = (ends[low + 1] as number) - (starts[low + 1] as number) - borrow;
  }
  return { durations, doubts };
}

function spanWriters(writer: ChunkWriter, batch: SpanBatch, rows: Uint32Array): ColumnWriters {
  const { source, scopes } = batch;
  const scopeRuns = runsOf(rows, batch.scope);
  return {
    ...ownerWriters(writer, batch, scopeRuns),
    Timestamp: () => writeWords(writer, halvesOf(batch.startNanos), rows),
    TraceId: () => writeHex(writer, batch.traceId, rows),
    SpanId: () => writeHex(writer, batch.spanId, rows),
    ParentSpanId: () => writeHex(writer, batch.parentSpanId, rows),
    TraceState: () => writeSlices(writer, source, batch.traceState, rows),
    SpanName: () => writeEntries(writer, batch.name, rows),
    SpanKind: () => writeNames(writer, KINDS, batch.kind, rows),
    ScopeName: () => writeInheritedText(writer, scopeRuns, (scope) => sliceBytes(source, scopes.name, scope)),
    ScopeVersion: () =>
      writeInheritedText(writer, scopeRuns, (scope) => sliceBytes(source, scopes.version, scope)),
    SpanAttributes: () => writeAttributes(writer, source, batch.attributes, rows),
    StatusCode: () => writeNames(writer, STATUSES, batch.statusCode, rows),
    StatusMessage: () => writeSlices(writer, source, batch.statusMessage, rows),
    ...eventWriters(writer, batch, rows),
    ...linkWriters(writer, batch, rows),
  };
}

function eventWriters(writer: ChunkWriter, batch: SpanBatch, rows: Uint32Array): ColumnWriters {
  const { events } = batch;
  const children = childrenOf(events.offsets, rows);
  return {
    'Events.Timestamp': () => writeWordArrays(writer, halvesOf(events.timeNanos), children),
    'Events.Name': () => writeEntryArrays(writer, events.name, children),
    'Events.Attributes': () => writeAttributeArrays(writer, batch.source, events.attributes, children),
  };
}

function linkWriters(writer: ChunkWriter, batch: SpanBatch, rows: Uint32Array): ColumnWriters {
  const { links, source } = batch;
  const children = childrenOf(links.offsets, rows);
  return {
    'Links.TraceId': () => writeHexArrays(writer, links.traceId, children),
    'Links.SpanId': () => writeHexArrays(writer, links.spanId, children),
    'Links.TraceState': () => writeSliceArrays(writer, source, links.traceState, children),
    'Links.Attributes': () => writeAttributeArrays(writer, source, links.attributes, children),
  };
}
