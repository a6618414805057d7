/**
 * Thirty days of counts as a checkpoint holds them. SLOs have the traffic of one of a few classes, from one event in 50 s
 * to 200 a second, as many of each tenfold; by day twice as much as by night. One in 2,000 events is bad, and in one
 * class of 32 four in a hundred for the last hour.
 */
import { encodeJson } from '../../engine/core/records/json-record.ts';
import { stateKey } from '../../engine/core/records/state-keys.ts';
import { Liveness } from '../../engine/core/slices/liveness.ts';
import { SLICE_SECONDS, sliceAt } from '../../engine/core/slices/slice.ts';
import { type BlockPlace, Timeline } from '../../engine/core/slices/timeline.ts';
import type { AlertRecord } from '../../engine/core/types.ts';
import type { NewRecord } from '../../log/types.ts';
import type { StateRecord } from '../../schemas/records-state.ts';
import { Random } from '../payload/random.ts';
import { sloName } from './names.ts';

const DAY_SLICES = 8640;
/** How far back each level is filled, and its cells, in slices. */
const SPANS = [
  { slices: 2220, cell: 1 },
  { slices: 3 * DAY_SLICES + 60, cell: 6 },
  { slices: 30 * DAY_SLICES, cell: 90 },
] as const;
const CLASSES = 32;
/** The five highest bits of a number times this say its class: neighbours are of different ones. */
const SPREAD = 0x9e3779b1;
const CLASS_SHIFT = 27;
const BURNING = 17;
const LEAST_PER_SECOND = 0.02;
const MOST_PER_SECOND = 200;
const KEPT_SAMPLES = 32;

/** The state records of SLO after SLO. */
export class Histories {
  readonly #nowSlice: number;
  /** Of each class that was asked for, with the name of the first SLO in keys and values. */
  readonly #classes = new Map<number, readonly NewRecord[]>();

  constructor(nowMillis: number) {
    this.#nowSlice = sliceAt(nowMillis);
  }

  /** Those of SLO number `slo`. */
  of(slo: number): readonly NewRecord[] {
    const [first, name] = [sloName(0), sloName(slo)];
    return this.#class(Math.imul(slo, SPREAD) >>> CLASS_SHIFT).map(({ key = '', value }) => {
      const bytes = Buffer.from(value);
      bytes.write(name, bytes.indexOf(first));
      return { key: key.replace(first, name), value: bytes };
    });
  }

  #class(number: number): readonly NewRecord[] {
    let records = this.#classes.get(number);
    if (records === undefined) {
      records = classRecords(number, this.#nowSlice);
      this.#classes.set(number, records);
    }
    return records;
  }
}

/** Signs of life of the spans' pipeline, without a gap. */
export function livenessRecords(nowMillis: number): readonly NewRecord[] {
  const liveness = new Liveness();
  const now = sliceAt(nowMillis);
  liveness.mark([now - 30 * DAY_SLICES, now - 1]);
  const { timeline } = liveness;
  return timeline
    .takeDirty()
    .map((place) =>
      stateRecord({ kind: 'alive', signal: 'traces', ...place, cells: timeline.encodeBlock(place) }),
    );
}

/** A record of `valet_state`. */
export function stateRecord(record: StateRecord<AlertRecord>): NewRecord {
  return { key: stateKey(record), value: encodeJson(record) };
}

function classRecords(number: number, nowSlice: number): readonly NewRecord[] {
  const random = new Random(number + 1);
  const perSecond = LEAST_PER_SECOND * (MOST_PER_SECOND / LEAST_PER_SECOND) ** (number / (CLASSES - 1));
  const isBurning = number === BURNING;
  const own = { slo: sloName(0), generation: 1 } as const;
  const samples = Array.from({ length: KEPT_SAMPLES }, (_, index): readonly [number, string] => [
    nowSlice - KEPT_SAMPLES + index,
    Buffer.from(random.bytes(16)).toString('hex'),
  ]);
  return [
    ...SPANS.flatMap((span, level) =>
      levelBlocks(random, { ...span, level, perSecond, isBurning, nowSlice }).map((block) =>
        stateRecord({ kind: 'counts', ...own, ...block }),
      ),
    ),
    stateRecord({ kind: 'samples', ...own, samples }),
  ];
}

interface LevelTraffic {
  readonly level: number;
  readonly slices: number;
  readonly cell: number;
  readonly perSecond: number;
  readonly isBurning: boolean;
  readonly nowSlice: number;
}

/** The blocks of one level, each level by itself: a timeline fed with that many single slices would take hours. */
function levelBlocks(
  random: Random,
  { level, slices, cell, nowSlice, ...traffic }: LevelTraffic,
): readonly (BlockPlace & { readonly cells: readonly number[] })[] {
  const timeline = new Timeline();
  for (let slice = Math.ceil((nowSlice - slices) / cell) * cell; slice < nowSlice; slice += cell) {
    const isLastHour = nowSlice - slice <= 360;
    timeline.add(slice, { ...cellCounts(random, { ...traffic, cell, slice, isLastHour }), late: 0 });
  }
  return timeline
    .takeDirty()
    .filter((place) => place.level === level)
    .map((place) => ({ ...place, cells: timeline.encodeBlock(place) }));
}

interface CellTraffic {
  readonly cell: number;
  readonly slice: number;
  readonly perSecond: number;
  readonly isBurning: boolean;
  readonly isLastHour: boolean;
}

function cellCounts(random: Random, { cell, slice, perSecond, isBurning, isLastHour }: CellTraffic) {
  const ofDay = 1 + Math.sin((slice / DAY_SLICES) * 2 * Math.PI) / 3;
  const total = poisson(random, perSecond * ofDay * cell * SLICE_SECONDS);
  const bad = Math.min(total, poisson(random, total * (isBurning && isLastHour ? 0.04 : 0.0005)));
  return { good: total - bad, total };
}

/** Around the mean as events that know nothing of each other; by the normal curve where there are many. */
function poisson(random: Random, mean: number): number {
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let events = 0;
  for (let left = Math.exp(-mean), product = random.unit(); product > left; product *= random.unit())
    events += 1;
  return events;
}
