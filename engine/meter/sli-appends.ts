/** What a step of the meters appends to `valet_sli`: counts to the SLO's partition, watermarks to every one. */
import type { NewRecord, TransactionAppend } from '../../log/types.ts';
import { TOPIC_SLI } from '../../schemas/names.ts';
import type {
  SliCountsRecord,
  SliSlice,
  SliWatermark,
  SliWatermarksRecord,
} from '../../schemas/records-sli.ts';
import type { Partial, PartialSlice } from '../core/meter/counter.ts';
import { encodeJson } from '../core/records/json-record.ts';

export interface SliAppendOptions {
  /** Partitions of `valet_sli`. */
  readonly partitions: number;
  /** The partition of an SLO. */
  readonly partitionOf: (slo: string) => number;
}

/** What the meters of some sources have counted. */
export interface Counted {
  readonly partials: readonly Partial[];
  readonly watermark: SliWatermark;
}

/** Loaded history may touch very many slices; a record stays far below what a log takes. */
const SLICES_PER_RECORD = 1000;
const SAMPLES = 3;

/** One append per partition, the watermarks behind the counts they stand for. */
export function sliAppends(
  pieces: readonly Counted[],
  { partitions, partitionOf }: SliAppendOptions,
): readonly TransactionAppend[] {
  const sources = pieces.map(({ watermark }) => watermark);
  const watermarks = { value: encodeJson({ kind: 'watermarks', sources } satisfies SliWatermarksRecord) };
  const counts = Map.groupBy(mergePartials(pieces), ({ slo }) => partitionOf(slo));
  return Array.from({ length: partitions }, (_, partition) => {
    const own = (counts.get(partition) ?? []).flatMap(countsRecords);
    return { topic: TOPIC_SLI, partition, records: [...own, watermarks] };
  });
}

/** The partials of all sources, added up: one for each generation of an SLO. */
function mergePartials(pieces: readonly Counted[]): readonly Partial[] {
  const byGeneration = Map.groupBy(
    pieces.flatMap(({ partials }) => partials),
    ({ slo, generation }) => `${slo}|${generation}`,
  );
  return [...byGeneration.values()].map(([first, ...others]) =>
    others.length === 0 ? (first as Partial) : addUp([first as Partial, ...others]),
  );
}

function addUp(partials: readonly [Partial, ...Partial[]]): Partial {
  const bySlice = Map.groupBy(
    partials.flatMap(({ slices }) => slices),
    ({ slice }) => slice,
  );
  const slices = [...bySlice.values()].map((parts) => parts.reduce(addSlices));
  return { ...partials[0], slices: slices.sort((a, b) => a.slice - b.slice) };
}

function addSlices(one: PartialSlice, other: PartialSlice): PartialSlice {
  return {
    slice: one.slice,
    good: one.good + other.good,
    total: one.total + other.total,
    late: one.late + other.late,
    sampleTraceIds: [...one.sampleTraceIds, ...other.sampleTraceIds].slice(0, SAMPLES),
  };
}

function countsRecords({ slo, generation, slices }: Partial): readonly NewRecord[] {
  const records: NewRecord[] = [];
  for (let at = 0; at < slices.length; at += SLICES_PER_RECORD) {
    const encoded = slices.slice(at, at + SLICES_PER_RECORD).map(encodeSlice);
    const record: SliCountsRecord = { kind: 'counts', slo, generation, slices: encoded };
    records.push({ key: slo, value: encodeJson(record) });
  }
  return records;
}

function encodeSlice({ slice, good, total, late, sampleTraceIds }: PartialSlice): SliSlice {
  return [slice, good, total, late, ...sampleTraceIds];
}
