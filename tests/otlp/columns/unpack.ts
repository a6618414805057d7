/** Batches back to plain objects, the way the columns' documentation says. */

import { idText } from '../../../otlp/columns/identifiers.ts';
import {
  type AttributesColumn,
  type BatchBase,
  type LogBatch,
  NONE,
  type SliceColumn,
  type SpanBatch,
  VALUE_KIND,
  type ValueColumn,
} from '../../../otlp/columns/types.ts';
import { boolOf, doubleOf, intOf } from '../../../otlp/columns/value-text.ts';
import type { ModelAttributes, ModelGroup, ModelLog, ModelSpan, ModelValue } from './model.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function sliceText(batch: BatchBase, column: SliceColumn, row: number): string {
  const start = column.starts[row] as number;
  return start === NONE ? '' : decoder.decode(batch.source.subarray(start, column.ends[row]));
}

export function valueAt(batch: BatchBase, column: ValueColumn, index: number): ModelValue {
  const { source } = batch;
  const start = column.starts[index] as number;
  const end = column.ends[index] as number;
  switch (column.kinds[index]) {
    case VALUE_KIND.string:
      return { kind: 'string', value: decoder.decode(source.subarray(start, end)) };
    case VALUE_KIND.bool:
      return { kind: 'bool', value: boolOf(source, start, end) };
    case VALUE_KIND.int:
      return { kind: 'int', value: intOf(source, start, end) };
    case VALUE_KIND.double:
      return { kind: 'double', value: doubleOf(source, start) };
    case VALUE_KIND.bytes:
      return { kind: 'bytes', value: Uint8Array.from(source.subarray(start, end)) };
    default:
      return { kind: 'empty' };
  }
}

export function attributesAt(batch: BatchBase, column: AttributesColumn, row: number): ModelAttributes {
  const list: [string, ModelValue][] = [];
  const until = column.offsets[row + 1] as number;
  for (let entry = column.offsets[row] as number; entry < until; entry++) {
    const key = column.keys.dictionary.text(column.keys.ids[entry] as number);
    list.push([key, valueAt(batch, column.values, entry)]);
  }
  return list;
}

export function rangeOf(offsets: Uint32Array, row: number): number[] {
  const first = offsets[row] as number;
  return Array.from({ length: (offsets[row + 1] as number) - first }, (_, index) => first + index);
}

export function spanAt(batch: SpanBatch, row: number): ModelSpan {
  const { events, links } = batch;
  return {
    traceId: idText(batch.traceId, row),
    spanId: idText(batch.spanId, row),
    parentSpanId: idText(batch.parentSpanId, row),
    traceState: sliceText(batch, batch.traceState, row),
    name: batch.name.dictionary.text(batch.name.ids[row] as number),
    kind: batch.kind[row] as number,
    start: batch.startNanos[row] as bigint,
    end: batch.endNanos[row] as bigint,
    flags: batch.flags[row] as number,
    statusCode: batch.statusCode[row] as number,
    statusMessage: sliceText(batch, batch.statusMessage, row),
    attributes: attributesAt(batch, batch.attributes, row),
    events: rangeOf(events.offsets, row).map((event) => ({
      time: events.timeNanos[event] as bigint,
      name: events.name.dictionary.text(events.name.ids[event] as number),
      attributes: attributesAt(batch, events.attributes, event),
    })),
    links: rangeOf(links.offsets, row).map((link) => ({
      traceId: idText(links.traceId, link),
      spanId: idText(links.spanId, link),
      traceState: sliceText(batch, links.traceState, link),
      attributes: attributesAt(batch, links.attributes, link),
    })),
  };
}

export function logAt(batch: LogBatch, row: number): ModelLog {
  return {
    time: batch.timeNanos[row] as bigint,
    observed: batch.observedNanos[row] as bigint,
    severityNumber: batch.severityNumber[row] as number,
    severityText: batch.severityText.dictionary.text(batch.severityText.ids[row] as number),
    body: valueAt(batch, batch.body, row),
    attributes: attributesAt(batch, batch.attributes, row),
    flags: batch.flags[row] as number,
    traceId: idText(batch.traceId, row),
    spanId: idText(batch.spanId, row),
    eventName: batch.eventName.dictionary.text(batch.eventName.ids[row] as number),
  };
}

/** The groups of a batch whose scopes are one per resource. */
export function groupsOf<Item, Batch extends SpanBatch | LogBatch>(
  batch: Batch,
  recordAt: (batch: Batch, row: number) => Item,
): ModelGroup<Item>[] {
  return Array.from({ length: batch.scopes.count }, (_, scope) => {
    const resource = batch.scopes.resource[scope] as number;
    const rows = Array.from({ length: batch.count }, (_unused, row) => row);
    return {
      resource: attributesAt(batch, batch.resources.attributes, resource),
      resourceSchemaUrl: sliceText(batch, batch.resources.schemaUrl, resource),
      scopeName: sliceText(batch, batch.scopes.name, scope),
      scopeVersion: sliceText(batch, batch.scopes.version, scope),
      scopeAttributes: attributesAt(batch, batch.scopes.attributes, scope),
      scopeSchemaUrl: sliceText(batch, batch.scopes.schemaUrl, scope),
      records: rows.filter((row) => batch.scope[row] === scope).map((row) => recordAt(batch, row)),
    };
  });
}
