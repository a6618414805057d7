/** Columns whose values come from a row's parent: encoded once per run, repeated for its rows. */
import type { AttributesColumn, DictionaryColumn } from '../../../otlp/columns/types.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import {
  type EntryWriter,
  type IndexBytes,
  writeDictionary,
  writeLowCardinalityPrefix,
} from '../../../store/native/low-cardinality.ts';
import { DistinctEntries, UsedEntries } from './dictionary-entries.ts';
import { putValue } from './put-value.ts';
import type { Runs } from './runs.ts';
import { ShapePlans } from './shape-plans.ts';

/** The bytes of a parent's text. */
export type TextOfParent = (parent: number) => Uint8Array;

/** Parents' texts as a String column. */
export function writeInheritedText(writer: ChunkWriter, runs: Runs, textOf: TextOfParent): void {
  for (let run = 0; run < runs.count; run++) {
    const text = textOf(runs.parents[run] as number);
    writeRun(writer, runs.lengths[run] as number, () => writer.string(text));
  }
}

/** Writes what `writeRow` writes, `times` times: encoded once unless it ran into the next chunk. */
function writeRun(writer: ChunkWriter, times: number, writeRow: () => void): void {
  const { bytes, position } = writer;
  writeRow();
  if (writer.bytes === bytes) writer.repeat(bytes, position, writer.position, times - 1);
  else for (let left = times - 1; left > 0; left--) writeRow();
}

/** Parents' texts as a LowCardinality(String) column. */
export function writeInheritedLowCardinality(writer: ChunkWriter, runs: Runs, textOf: TextOfParent): void {
  const entries = new DistinctEntries();
  writeRunIndexes(writer, runs, entries, (parent) => entries.use(textOf(parent)));
}

/** Parents' dictionary entries as a LowCardinality(String) column. */
export function writeInheritedDictionary(writer: ChunkWriter, runs: Runs, column: DictionaryColumn): void {
  const entries = new UsedEntries(column.dictionary);
  writeRunIndexes(writer, runs, entries, (parent) => entries.use(column.ids[parent] as number));
}

function writeRunIndexes(
  writer: ChunkWriter,
  runs: Runs,
  entries: EntryWriter,
  indexOf: (parent: number) => number,
): void {
  const indexes = new Uint32Array(runs.count);
  let rows = 0;
  for (let run = 0; run < runs.count; run++) {
    indexes[run] = indexOf(runs.parents[run] as number);
    rows += runs.lengths[run] as number;
  }
  writeLowCardinalityPrefix(writer);
  const width = writeDictionary(writer, entries, rows);
  for (let run = 0; run < runs.count; run++) {
    writeRun(writer, runs.lengths[run] as number, () => writer.uint(indexes[run] as number, width));
  }
}

/** Parents' numbers as UInt8 (width 1), or as UInt32 or Int32 (width 4). */
export function writeInheritedNumbers(
  writer: ChunkWriter,
  runs: Runs,
  values: Uint32Array | Uint8Array,
  width: 1 | 4,
): void {
  for (let run = 0; run < runs.count; run++) {
    const value = values[runs.parents[run] as number] as number;
    writeRun(writer, runs.lengths[run] as number, () => writer.uint(value, width));
  }
}

/** Parents' attributes as a Map(LowCardinality(String), String) column (see attributes.ts for its parts). */
export function writeInheritedAttributes(
  writer: ChunkWriter,
  source: Uint8Array,
  column: AttributesColumn,
  runs: Runs,
): void {
  writeLowCardinalityPrefix(writer);
  const total = writeRunEnds(writer, column.offsets, runs);
  if (total === 0) return;
  const plans = new ShapePlans(column);
  for (let run = 0; run < runs.count; run++) plans.startOf(runs.parents[run] as number);
  const width = writeDictionary(writer, plans.entries, total);
  writeRunKeys(writer, { column, plans, width }, runs);
  writeRunValues(writer, source, { column, plans }, runs);
}

function writeRunEnds(writer: ChunkWriter, offsets: Uint32Array, runs: Runs): number {
  let end = 0;
  for (let run = 0; run < runs.count; run++) {
    const parent = runs.parents[run] as number;
    const count = (offsets[parent + 1] as number) - (offsets[parent] as number);
    for (let left = runs.lengths[run] as number; left > 0; left--) {
      end += count;
      writer.uint64(end);
    }
  }
  return end;
}

interface PlannedAttributes {
  readonly column: AttributesColumn;
  readonly plans: ShapePlans;
}

function writeRunKeys(
  writer: ChunkWriter,
  { column, plans, width }: PlannedAttributes & { readonly width: IndexBytes },
  runs: Runs,
): void {
  for (let run = 0; run < runs.count; run++) {
    const parent = runs.parents[run] as number;
    const start = plans.startOf(parent);
    const count = (column.offsets[parent + 1] as number) - (column.offsets[parent] as number);
    writeRun(writer, runs.lengths[run] as number, () => {
      for (let place = start; place < start + count; place++) writer.uint(plans.keys[place] as number, width);
    });
  }
}

function writeRunValues(
  writer: ChunkWriter,
  source: Uint8Array,
  { column, plans }: PlannedAttributes,
  runs: Runs,
): void {
  for (let run = 0; run < runs.count; run++) {
    const parent = runs.parents[run] as number;
    const first = column.offsets[parent] as number;
    const count = (column.offsets[parent + 1] as number) - first;
    const start = plans.startOf(parent);
    writeRun(writer, runs.lengths[run] as number, () => {
      for (let place = start; place < start + count; place++) {
        putValue(writer, source, column.values, first + (plans.order[place] as number));
      }
    });
  }
}
