import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fraction } from '../../../../engine/core/budget/fraction.ts';
import { GenerationCounts, measureOf } from '../../../../engine/core/replica/generation-counts.ts';
import { SLICE_MILLIS } from '../../../../engine/core/slices/slice.ts';
import { parseRule, ruleKey } from '../../../../engine/core/slices/time-slices.ts';
import { readWindow } from '../../../../engine/core/status/read-window.ts';
import type { Objective, TimeSlices } from '../../../../engine/core/types.ts';

/** 2026-01-01, in slices: a multiple of a day. */
const S0 = 176_722_560;
const HOUR = 3600;

const RULES = fc
  .record({
    seconds: fc.constantFrom(60, 180, 300, 900, 1800, 3600),
    target: fc.option(fc.constantFrom([1, 1], [19, 20], [1, 2]), { nil: undefined }),
  })
  .map(({ seconds, target }): TimeSlices => {
    const [numerator, denominator] = target ?? [];
    return numerator === undefined || denominator === undefined
      ? { seconds }
      : { seconds, target: fraction(numerator, denominator) };
  });
const ADDED = fc.array(
  fc.record({ ago: fc.nat(2000), good: fc.nat(20), bad: fc.constantFrom(0, 0, 0, 1, 5) }),
  { maxLength: 60 },
);

function objective(slices: TimeSlices): Objective {
  return { name: 'o', target: fraction(99, 100), slices };
}

/** Straight from the events: every time slice that begins in [from, to), judged exactly. */
function recount(
  events: readonly { readonly ago: number; readonly good: number; readonly bad: number }[],
  {
    from,
    to,
    rule: { seconds, target },
  }: { readonly from: number; readonly to: number; readonly rule: TimeSlices },
) {
  const unit = seconds / 10;
  let [good, total] = [0, 0];
  for (let start = Math.ceil(from / unit) * unit; start < to; start += unit) {
    const inside = events.filter(({ ago }) => S0 - ago >= start && S0 - ago < start + unit);
    const goods = inside.reduce((sum, each) => sum + each.good, 0);
    const all = inside.reduce((sum, each) => sum + each.good + each.bad, 0);
    if (all === 0) continue;
    total += target === undefined ? 1_000_000 : 1;
    if (target !== undefined)
      good += goods * Number(target.denominator) >= all * Number(target.numerator) ? 1 : 0;
    else good += halfEven(goods * 1_000_000, all);
  }
  return { good, total };
}

function halfEven(numerator: number, denominator: number): number {
  const whole = Math.floor(numerator / denominator);
  const twice = 2 * (numerator - whole * denominator);
  return twice > denominator || (twice === denominator && whole % 2 === 1) ? whole + 1 : whole;
}

describe('JudgedSlices', () => {
  test('JudgedSlices count whole time slices, whatever order events come in, as a recount does', () => {
    const seconds = fc.constantFrom(300, HOUR, 6 * HOUR, 24 * HOUR, 30 * 24 * HOUR);
    fc.assert(
      fc.property(
        RULES,
        ADDED,
        seconds,
        fc.nat(3_600_000),
        fc.nat(60),
        (rule, events, window, past, known) => {
          const counts = new GenerationCounts('s', 1);
          // Some events are there before the rule is.
          for (const [index, { ago, good, bad }] of events.entries()) {
            if (index === known) counts.judgedBy(rule);
            counts.add([S0 - ago, good, good + bad, 0]);
          }
          const atMillis = S0 * SLICE_MILLIS + 3_600_000 - past;
          const { edges, good, total } = readWindow(measureOf(counts, objective(rule)), window, atMillis);
          expect({ good, total }).toEqual(recount(events, { ...edges, rule }));
          // Only what has ended, and never less than the window.
          expect(edges.to * SLICE_MILLIS).toBeLessThanOrEqual(atMillis);
          expect(edges.from * SLICE_MILLIS).toBeLessThanOrEqual(atMillis - window * 1000);
        },
      ),
    );
  });

  test('JudgedSlices restored from their blocks go on as the ones that were fed', () => {
    fc.assert(
      fc.property(RULES, ADDED, ADDED, (rule, before, after) => {
        const [fed, restored] = [new GenerationCounts('s', 1), new GenerationCounts('s', 1)];
        const feed = (counts: GenerationCounts, events: typeof before) => {
          for (const { ago, good, bad } of events) counts.add([S0 - ago, good, good + bad, 0]);
        };
        fed.judgedBy(rule);
        feed(fed, before);
        const blocks = fed
          .timelines()
          .flatMap(({ rule: key, timeline }) =>
            timeline.takeDirty().map((place) => ({ key, place, cells: timeline.encodeBlock(place) })),
          );
        for (const { key, place, cells } of blocks.reverse()) {
          if (key === '') restored.timeline.all.restoreBlock(place, cells);
          else
            restored.restoreSlices({ kind: 'slices', slo: 's', generation: 1, rule: key, ...place, cells });
        }
        for (const counts of [fed, restored]) feed(counts, after);
        const read = (counts: GenerationCounts) =>
          readWindow(measureOf(counts, objective(rule)), 24 * HOUR, (S0 + 360) * SLICE_MILLIS);
        expect(read(restored)).toEqual(read(fed));
      }),
    );
  });

  test('RatioTimeslices round to millionths, half to even', () => {
    const counts = new GenerationCounts('s', 1);
    const rule = { seconds: 60 };
    // 1/3 down, 2/3 up; 1 of 2,000,000 is half a millionth: to even, which is none.
    counts.add([S0, 1, 3, 0]);
    counts.add([S0 + 6, 2, 3, 0]);
    counts.add([S0 + 12, 1, 2_000_000, 0]);
    counts.add([S0 + 18, 3, 2_000_000, 0]);
    const { verdicts } = counts.judgedBy(rule);
    const good = [0, 6, 12, 18].map((slice) => verdicts.sum(S0 + slice, S0 + slice + 6).good);
    expect(good).toEqual([333_333, 666_667, 0, 2]);
  });

  test('parseRule() reads what ruleKey() writes', () => {
    fc.assert(
      fc.property(RULES, (rule) => {
        expect(parseRule(ruleKey(rule))).toEqual(rule);
      }),
    );
  });
});
