/**
 * Attribute lists as Map(LowCardinality(String), String):
 *
 *   prefix of the keys' LowCardinality
 *   UInt64 end offsets of the rows · keys as LowCardinality body · values as String
 *
 * Keys are sorted within a row; values are their texts.
 */
import { type AttributesColumn, VALUE_KIND } from '../../../otlp/columns/types.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import { writeEnds } from '../../../store/native/fixed.ts';
import {
  type IndexBytes,
  writeDictionary,
  writeLowCardinalityPrefix,
} from '../../../store/native/low-cardinality.ts';
import { inPieces } from '../../../store/native/pieces.ts';
import { putValue } from './put-value.ts';
import { ShapePlans } from './shape-plans.ts';

/** Texts up to this length are copied in the loop; a length below 128 is one byte. */
const SHORT_TEXT_BYTES = 96;
/** What a short text may take: its length byte, the text, and three bytes the last word may spill over. */
const SHORT_TEXT_ROOM = SHORT_TEXT_BYTES + 4;

/** Writes the attributes of the rows as a Map column. */
export function writeAttributes(
  writer: ChunkWriter,
  source: Uint8Array,
  column: AttributesColumn,
  rows: Uint32Array,
): void {
  writeLowCardinalityPrefix(writer);
  writeAttributesBody(writer, source, column, rows);
}

/** The column without its prefix, which stands before the offsets when maps lie in arrays. */
export function writeAttributesBody(
  writer: ChunkWriter,
  source: Uint8Array,
  column: AttributesColumn,
  rows: Uint32Array,
): void {
  writeEnds(writer, column.offsets, rows);
  const plans = new ShapePlans(column);
  let total = 0;
  inPieces(rows.length, (from, to) => {
    total += planRows(plans, column, rows.subarray(from, to));
  });
  if (total === 0) return;
  const width = writeDictionary(writer, plans.entries, total);
  inPieces(rows.length, (from, to) => {
    writeKeys(writer, { column, plans, width }, rows.subarray(from, to));
  });
  inPieces(rows.length, (from, to) => {
    writeTexts(writer, source, { column, plans }, rows.subarray(from, to));
  });
}

/** Plans the rows' shapes; returns how many attributes the rows have. */
function planRows(plans: ShapePlans, { offsets }: AttributesColumn, rows: Uint32Array): number {
  let total = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    plans.startOf(row);
    total += (offsets[row + 1] as number) - (offsets[row] as number);
  }
  return total;
}

function writeKeys(
  writer: ChunkWriter,
  keys: { readonly column: AttributesColumn; readonly plans: ShapePlans; readonly width: IndexBytes },
  rows: Uint32Array,
): void {
  const { plans, width } = keys;
  const { offsets } = keys.column;
  let { bytes, view, position } = writer;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    const count = (offsets[row + 1] as number) - (offsets[row] as number);
    if (bytes.length - position < count * width) {
      writer.position = position;
      writer.reserve(count * width);
      ({ bytes, view, position } = writer);
    }
    const start = plans.startOf(row);
    for (let place = start; place < start + count; place++, position += width) {
      const key = plans.keys[place] as number;
      if (width === 1) bytes[position] = key;
      else if (width === 2) view.setUint16(position, key, true);
      else view.setUint32(position, key, true);
    }
  }
  writer.position = position;
}

function writeTexts(
  writer: ChunkWriter,
  source: Uint8Array,
  attributes: { readonly column: AttributesColumn; readonly plans: ShapePlans },
  rows: Uint32Array,
): void {
  const { column, plans } = attributes;
  const { kinds, starts, ends } = column.values;
  const { order } = plans;
  const from = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let { bytes, view, position } = writer;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    const first = column.offsets[row] as number;
    const plan = plans.startOf(row);
    const planEnd = plan + (column.offsets[row + 1] as number) - first;
    for (let place = plan; place < planEnd; place++) {
      const entry = first + (order[place] as number);
      const start = starts[entry] as number;
      const length = (ends[entry] as number) - start;
      const isShort = length <= SHORT_TEXT_BYTES && bytes.length - position >= SHORT_TEXT_ROOM;
      if (isShort && kinds[entry] === VALUE_KIND.string) {
        bytes[position++] = length;
        for (let at = 0; at < length; at += 4) {
          view.setInt32(position + at, from.getInt32(start + at, true), true);
        }
        position += length;
      } else {
        writer.position = position;
        putValue(writer, source, column.values, entry);
        ({ bytes, view, position } = writer);
      }
    }
  }
  writer.position = position;
}
