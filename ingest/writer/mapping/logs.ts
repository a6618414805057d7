import { halvesOf, halvesOfMillis, logEventMillis, logTimeSource } from '../../../otlp/columns/event-time.ts';
import type { LogBatch } from '../../../otlp/columns/types.ts';
import { TABLES } from '../../../schemas/names.ts';
import { LOG_COLUMNS } from '../../../schemas/tables.ts';
import type { ChunkPool } from '../../../store/native/chunk-pool.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import { writeUint8s, writeWords } from '../../../store/native/fixed.ts';
import { writeHex } from '../../../store/native/hex.ts';
import { writeAttributes } from './attributes.ts';
import { type ColumnWriters, ownerWriters, writeBlock } from './block-writers.ts';
import { writeInheritedLowCardinality, writeInheritedText } from './inherited.ts';
import { ownersOfRows } from './row-owners.ts';
import { liftRuns, runsOf } from './runs.ts';
import { sampleEvents } from './sample-events.ts';
import { selectRows } from './select-rows.ts';
import { sliceBytes, writeEntries, writeEntryTexts, writeValues } from './text.ts';
import type { EncodedBatch, RowPolicy } from './types.ts';

const TABLE = { name: TABLES.logs, columns: LOG_COLUMNS };

/** Log records as blocks of `otel_logs`. */
export function encodeLogs(batch: LogBatch, policy: RowPolicy, pool: ChunkPool): EncodedBatch {
  const { appended, requestOf } = ownersOfRows(batch, batch.scope, batch.count);
  const times = logEventMillis(batch);
  const { days, refused } = selectRows({ times, appended }, policy.retentionSeconds.logs, policy);
  const timestamps = timestampsOf(batch, appended);
  const blocks = days.map((day) =>
    writeBlock(TABLE, day, pool, (writer) => ({
      ...logWriters(writer, batch, day.rows),
      Timestamp: () => writeWords(writer, timestamps, day.rows),
    })),
  );
  return {
    blocks,
    refused: refused.map((rows) => ({ ...rows, kind: 0, requestOf, times })),
    doubts: [],
    sampledMillis: sampleEvents([{ days, timeOf: (row) => times[row] as number }]),
  };
}

/** The records' times in nanoseconds as halves, as `logTimeSource` chooses them. */
function timestampsOf(batch: LogBatch, appended: Float64Array): Uint32Array {
  const times = halvesOf(batch.timeNanos);
  const observed = halvesOf(batch.observedNanos);
  const timestamps = times.slice(0, batch.count * 2);
  for (let row = 0; row < batch.count; row++) {
    const from = logTimeSource(times, observed, row);
    if (from === 'time') continue;
    const fallback = halvesOfMillis(appended[row] as number);
    const isObserved = from === 'observed';
    timestamps[row * 2] = isObserved ? (observed[row * 2] as number) : fallback.low;
    timestamps[row * 2 + 1] = isObserved ? (observed[row * 2 + 1] as number) : fallback.high;
  }
  return timestamps;
}

function logWriters(writer: ChunkWriter, batch: LogBatch, rows: Uint32Array): ColumnWriters {
  const { source, scopes, resources } = batch;
  const scopeRuns = runsOf(rows, batch.scope);
  const resourceRuns = liftRuns(scopeRuns, scopes.resource);
  return {
    ...ownerWriters(writer, batch, scopeRuns),
    TraceId: () => writeHex(writer, batch.traceId, rows),
    SpanId: () => writeHex(writer, batch.spanId, rows),
    TraceFlags: () => writeUint8s(writer, batch.flags, rows),
    SeverityText: () => writeEntries(writer, batch.severityText, rows),
    SeverityNumber: () => writeUint8s(writer, batch.severityNumber, rows),
    Body: () => writeValues(writer, source, batch.body, rows),
    ResourceSchemaUrl: () =>
      writeInheritedLowCardinality(writer, resourceRuns, (resource) =>
        sliceBytes(source, resources.schemaUrl, resource),
      ),
    ScopeSchemaUrl: () =>
      writeInheritedLowCardinality(writer, scopeRuns, (scope) => sliceBytes(source, scopes.schemaUrl, scope)),
    ScopeName: () => writeInheritedText(writer, scopeRuns, (scope) => sliceBytes(source, scopes.name, scope)),
    ScopeVersion: () =>
      writeInheritedLowCardinality(writer, scopeRuns, (scope) => sliceBytes(source, scopes.version, scope)),
    LogAttributes: () => writeAttributes(writer, source, batch.attributes, rows),
    EventName: () => writeEntryTexts(writer, batch.eventName, rows),
  };
}
