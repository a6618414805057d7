/**
 * Time slices judged by their events (docs/slo-mathematics.md). The verdicts are a timeline of their own, each at the
 * first base slice of its time slice, because a window of weeks no longer knows the events minute by minute. Events
 * that come late correct the verdict they belong to. A slice that an exclusion touches is taken out as a whole.
 */
import { fraction } from '../budget/fraction.ts';
import type { Fraction, TimeSlices } from '../types.ts';
import { CountedTimeline } from './counted-timeline.ts';
import type { Sums } from './level.ts';
import { RATIO_SCALE, scaleOf, unitSlicesOf } from './measure.ts';
import type { Timeline } from './timeline.ts';

/** What the events of a time slice are worth; nothing when there are none. */
interface Verdict {
  readonly good: number;
  readonly total: number;
}

const NOT_MEASURED: Verdict = { good: 0, total: 0 };

/** Two rules with the same key judge alike. */
export function ruleKey({ seconds, target }: TimeSlices): string {
  return target === undefined ? `${seconds}` : `${seconds}:${target.numerator}/${target.denominator}`;
}

/** The rule of a key; throws a SyntaxError or RangeError for any other text. */
export function parseRule(key: string): TimeSlices {
  const [seconds = '', numerator, denominator] = key.split(/[:/]/);
  if (numerator === undefined || denominator === undefined) return { seconds: Number(seconds) };
  return { seconds: Number(seconds), target: fraction(BigInt(numerator), BigInt(denominator)) };
}

/** Rules that judge alike, once; in the order of their keys. */
export function distinctRules(rules: readonly TimeSlices[]): readonly TimeSlices[] {
  return [...new Map(rules.map((rule) => [ruleKey(rule), rule])).values()].sort((a, b) =>
    ruleKey(a) < ruleKey(b) ? -1 : 1,
  );
}

/** The verdicts of one rule over the events of one timeline; see above. */
export class JudgedSlices {
  readonly rule: TimeSlices;
  readonly verdicts: CountedTimeline;
  readonly #events: Timeline;
  readonly #unit: number;

  constructor(rule: TimeSlices, events: Timeline) {
    this.rule = rule;
    this.#events = events;
    this.#unit = unitSlicesOf(rule);
    this.verdicts = new CountedTimeline(this.#unit);
  }

  /** Judges everything the events know slice by slice: for a rule that comes after its events. */
  judgeAll(): void {
    for (const start of new Set([...this.#events.fineSlices()].map((slice) => this.#startOf(slice))))
      this.#correct(start, NOT_MEASURED);
  }

  /** Lets `change` alter the events of a slice, and corrects the verdict it belongs to. */
  around(slice: number, change: () => void): void {
    const start = this.#startOf(slice);
    const before = this.#judge(start);
    change();
    this.#correct(start, before);
  }

  #startOf(slice: number): number {
    return Math.floor(slice / this.#unit) * this.#unit;
  }

  #judge(start: number): Verdict {
    return judge(this.#events.sum(start, start + this.#unit), this.rule);
  }

  #correct(start: number, before: Verdict): void {
    const { good, total } = this.#judge(start);
    if (good !== before.good || total !== before.total)
      this.verdicts.add(start, { good: good - before.good, total: total - before.total, late: 0 });
  }
}

function judge({ good, total }: Sums, rule: TimeSlices): Verdict {
  if (total === 0) return NOT_MEASURED;
  const scale = scaleOf(rule);
  if (rule.target === undefined) return { good: roundedRatio(good, total), total: scale };
  return { good: reaches(good, total, rule.target) ? 1 : 0, total: 1 };
}

/** Exact: good / total ≥ target. */
function reaches(good: number, total: number, { numerator, denominator }: Fraction): boolean {
  return BigInt(good) * denominator >= BigInt(total) * numerator;
}

/** good / total in millionths, half to even. */
function roundedRatio(good: number, total: number): number {
  const scaled = BigInt(good) * BigInt(RATIO_SCALE);
  const divisor = BigInt(total);
  const whole = scaled / divisor;
  const twice = 2n * (scaled - whole * divisor);
  const isUp = twice > divisor || (twice === divisor && whole % 2n === 1n);
  return Number(isUp ? whole + 1n : whole);
}
