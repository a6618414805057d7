import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExclusionCalendar } from '../../../../engine/core/exclusions/exclusion-calendar.ts';
import { CountedTimeline } from '../../../../engine/core/slices/counted-timeline.ts';
import { sliceMillis } from '../../../../engine/core/slices/slice.ts';
import { windowEdges } from '../../../../engine/core/slices/window-edges.ts';

/** 2026-01-01, in slices. */
const S0 = 176_722_560;
const HOUR = 3600;

const ADDED = fc.array(fc.record({ ago: fc.nat(30_000), good: fc.nat(5), bad: fc.nat(3) }), {
  maxLength: 60,
});
const CALENDAR = fc
  .array(fc.record({ ago: fc.nat(30_000), slices: fc.integer({ min: 6, max: 2000 }) }), { maxLength: 4 })
  .map(
    (spans) =>
      new ExclusionCalendar(
        spans.map(({ ago, slices }) => ({
          start: new Date(sliceMillis(S0 - ago)).toISOString().slice(0, 19),
          timeZone: 'UTC',
          seconds: slices * 10,
          reason: '',
        })),
      ),
  );
type Added = typeof ADDED extends fc.Arbitrary<infer T> ? T : never;

function feed(timeline: CountedTimeline, events: Added): void {
  for (const { ago, good, bad } of events) timeline.add(S0 - ago, { good, total: good + bad, late: 0 });
}

describe('CountedTimeline', () => {
  test('CountedTimeline leaves out what exclusions touch, whether they come before the counts, after them or in between', () => {
    const seconds = fc.constantFrom(300, HOUR, 6 * HOUR, 24 * HOUR, 3 * 24 * HOUR);
    fc.assert(
      fc.property(ADDED, ADDED, CALENDAR, CALENDAR, seconds, (before, after, first, calendar, window) => {
        const timeline = new CountedTimeline(1);
        timeline.exclude(first);
        feed(timeline, before);
        timeline.exclude(calendar);
        feed(timeline, after);
        const { from, to } = windowEdges(window, sliceMillis(S0 + 1), { floors: [0, 0, 0], unitSlices: 1 });
        const inside = [...before, ...after].filter(({ ago }) => {
          const slice = S0 - ago;
          return slice >= from && slice < to && !calendar.touches(slice, slice + 1);
        });
        const good = inside.reduce((sum, each) => sum + each.good, 0);
        const total = inside.reduce((sum, each) => sum + each.good + each.bad, 0);
        expect(timeline.sum(from, to)).toEqual({ good, total, late: 0 });
        timeline.exclude(undefined);
        const all = [...before, ...after].filter(({ ago }) => S0 - ago >= from && S0 - ago < to);
        expect(timeline.sum(from, to).total).toBe(all.reduce((sum, each) => sum + each.good + each.bad, 0));
      }),
    );
  });

  test('CountedTimeline restored from its blocks goes on as the one that was fed, and tells what is gone', () => {
    fc.assert(
      fc.property(ADDED, ADDED, CALENDAR, CALENDAR, (before, after, first, calendar) => {
        const fed = new CountedTimeline(1);
        const stored = new Map<string, () => void>();
        let restored = new CountedTimeline(1);
        const store = () => {
          for (const place of fed.takeGone()) stored.delete(`excluded ${place.level} ${place.block}`);
          for (const place of fed.excluded?.takeDirty() ?? []) {
            const cells = fed.excluded?.encodeBlock(place) ?? [];
            stored.set(`excluded ${place.level} ${place.block}`, () =>
              restored.restoreExcluded(place, cells),
            );
          }
          for (const place of fed.all.takeDirty()) {
            const cells = fed.all.encodeBlock(place);
            stored.set(`all ${place.level} ${place.block}`, () => restored.all.restoreBlock(place, cells));
          }
        };
        fed.exclude(first);
        feed(fed, before);
        store();
        fed.exclude(calendar);
        store();
        restored = new CountedTimeline(1);
        for (const restore of stored.values()) restore();
        restored.assume(calendar);
        restored.exclude(calendar);
        for (const each of [fed, restored]) feed(each, after);
        for (const window of [HOUR, 24 * HOUR, 30 * 24 * HOUR]) {
          const { from, to } = windowEdges(window, sliceMillis(S0 + 1), { floors: [0, 0, 0], unitSlices: 1 });
          expect(restored.sum(from, to)).toEqual(fed.sum(from, to));
        }
      }),
    );
  });

  test('CountedTimeline takes out whole cells of the past, outward, for an exclusion that comes late', () => {
    const timeline = new CountedTimeline(1);
    const day = S0 - 10 * 8640;
    for (let slice = day; slice < day + 180; slice += 1) timeline.add(slice, { good: 1, total: 1, late: 0 });
    timeline.all.forget([S0 - 2520, S0 - 3 * 8640, 0]);
    timeline.exclude(
      new ExclusionCalendar([
        {
          start: new Date(sliceMillis(day + 89)).toISOString().slice(0, 19),
          timeZone: 'UTC',
          seconds: 10,
          reason: '',
        },
      ]),
    );
    expect(timeline.sum(day, day + 180).total).toBe(90);
  });
});
