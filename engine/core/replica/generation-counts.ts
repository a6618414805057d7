/** The counts of one generation of an SLO: its events, and the time slices its objectives judge them by. */
import type { SliSlice } from '../../../schemas/records-sli.ts';
import type { StateExcludedRecord, StateSlicesRecord } from '../../../schemas/records-state.ts';
import { ExclusionCalendar } from '../exclusions/exclusion-calendar.ts';
import { CountedTimeline } from '../slices/counted-timeline.ts';
import { eventMeasure, type Measure, scaleOf, unitSlicesOf } from '../slices/measure.ts';
import { JudgedSlices, parseRule, ruleKey } from '../slices/time-slices.ts';
import type { BlockPlace, Timeline } from '../slices/timeline.ts';
import type { Exclusion, Objective, TimeSlices } from '../types.ts';
import { SampleRing } from './sample-ring.ts';

/** In place of a rule: the events themselves. */
export const EVENTS = '';

/** A timeline as its blocks are stored. */
export interface StoredTimeline {
  /** Of judged slices, else {@link EVENTS}. */
  readonly rule: string;
  readonly timeline: Timeline;
  /** What exclusions took out, not what they are taken out of. */
  readonly isExcluded: boolean;
}

/** See above. */
export class GenerationCounts {
  readonly slo: string;
  readonly generation: number;
  /** Events. */
  readonly timeline = new CountedTimeline(1);
  readonly samples = new SampleRing();
  readonly #judged = new Map<string, JudgedSlices>();
  #exclusions: ExclusionCalendar | undefined;
  #areExclusionsDirty = false;

  constructor(slo: string, generation: number) {
    this.slo = slo;
    this.generation = generation;
  }

  /** Adds the counts of a slice. */
  add([slice, good, total, late, ...ids]: SliSlice): void {
    let change = () => this.timeline.add(slice, { good, total, late });
    for (const judged of this.#judged.values()) {
      const inner = change;
      change = () => judged.around(slice, inner);
    }
    change();
    this.samples.add(slice, ids);
  }

  /** The slices judged by a rule; at first those of all events that are still known slice by slice. */
  judgedBy(rule: TimeSlices): JudgedSlices {
    const key = ruleKey(rule);
    let judged = this.#judged.get(key);
    if (judged === undefined) {
      judged = new JudgedSlices(rule, this.timeline.all);
      judged.judgeAll();
      judged.verdicts.exclude(this.#exclusions);
      this.#judged.set(key, judged);
    }
    return judged;
  }

  /** Takes out what the SLO's exclusions touch. Not before the counts' floors are known. */
  exclude(exclusions: ExclusionCalendar | undefined): void {
    if (exclusions === this.#exclusions) return;
    if (exclusions?.key !== this.#exclusions?.key) this.#areExclusionsDirty = true;
    this.#exclusions = exclusions;
    for (const { timeline } of this.#counted()) timeline.exclude(exclusions);
  }

  /** Says which exclusions the stored blocks are of; none when empty. */
  restoreExclusions(exclusions: readonly Exclusion[]): void {
    this.#exclusions = exclusions.length === 0 ? undefined : new ExclusionCalendar(exclusions);
    for (const { timeline } of this.#counted()) timeline.assume(this.#exclusions);
  }

  /** The exclusions in force when they changed since the last call; else undefined. */
  takeExclusions(): readonly Exclusion[] | undefined {
    if (!this.#areExclusionsDirty) return undefined;
    this.#areExclusionsDirty = false;
    return this.#exclusions?.exclusions ?? [];
  }

  /** Puts a stored block of what exclusions took out in its place. */
  restoreExcluded({ rule, cells, ...place }: Omit<StateExcludedRecord, 'kind' | 'slo' | 'generation'>): void {
    const timeline = rule === EVENTS ? this.timeline : this.#judgedAs(rule).verdicts;
    timeline.restoreExcluded(place, cells);
  }

  /** What is stored: every timeline, and what is taken out of it. */
  timelines(): readonly StoredTimeline[] {
    return this.#counted().flatMap(({ rule, timeline: { all, excluded } }) => [
      { rule, timeline: all, isExcluded: false },
      ...(excluded === undefined ? [] : [{ rule, timeline: excluded, isExcluded: true }]),
    ]);
  }

  /** Stored blocks of what was taken out that are no more, since the last call. */
  takeGone(): readonly (BlockPlace & { readonly rule: string })[] {
    return this.#counted().flatMap(({ rule, timeline }) =>
      timeline.takeGone().map((place) => ({ ...place, rule })),
    );
  }

  /** Puts a stored block of judged slices in the place of the present one. */
  restoreSlices({ rule: key, cells, ...place }: StateSlicesRecord): void {
    this.#judgedAs(key).verdicts.all.restoreBlock(place, cells);
  }

  #counted(): readonly { readonly rule: string; readonly timeline: CountedTimeline }[] {
    const judged = [...this.#judged].map(([rule, { verdicts }]) => ({ rule, timeline: verdicts }));
    return [{ rule: EVENTS, timeline: this.timeline }, ...judged];
  }

  /** For stored blocks: nothing is judged. */
  #judgedAs(key: string): JudgedSlices {
    let judged = this.#judged.get(key);
    if (judged === undefined) {
      judged = new JudgedSlices(parseRule(key), this.timeline.all);
      judged.verdicts.assume(this.#exclusions);
      this.#judged.set(key, judged);
    }
    return judged;
  }
}

/** What an objective's good and total are counted in. */
export function measureOf(counts: GenerationCounts, { slices }: Objective): Measure {
  if (slices === undefined) return eventMeasure(counts.timeline);
  const { verdicts } = counts.judgedBy(slices);
  return { timeline: verdicts, unitSlices: unitSlicesOf(slices), scale: scaleOf(slices) };
}
