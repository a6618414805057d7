import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aliveRanges } from '../../../../engine/core/slices/alive-ranges.ts';
import { SLICE_MILLIS } from '../../../../engine/core/slices/slice.ts';
import { Timeline } from '../../../../engine/core/slices/timeline.ts';
import { periodEdges, windowEdges } from '../../../../engine/core/slices/window-edges.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** 2026-01-01, in slices: a multiple of a day. */
const S0 = 176_722_560;

const added = fc.record({
  ago: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 40 * 8640 })),
  // Also around what fits into a byte.
  good: fc.oneof({ weight: 5, arbitrary: fc.nat(5) }, fc.constantFrom(250, 255, 256, 70_000)),
  bad: fc.nat(5),
  late: fc.nat(1),
});

describe('Timeline', () => {
  test('Timeline sums any window exactly between the edges windowEdges() gives, also after forgetting', () => {
    const seconds = fc.constantFrom(300, 1800, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY);
    const ago = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 * DAY * 1000 }));
    fc.assert(
      fc.property(
        fc.array(added, { maxLength: 40 }),
        seconds,
        ago,
        fc.boolean(),
        (events, window, past, forgets) => {
          const timeline = new Timeline();
          for (const { ago: slices, good, bad, late } of events) {
            timeline.add(S0 - slices, { good, total: good + bad, late });
          }
          if (forgets) timeline.forget([S0 - 2400, S0 - 27_000, S0 - 90 * 8640]);
          const { from, to } = windowEdges(window, S0 * SLICE_MILLIS - past, {
            floors: timeline.floors(),
            unitSlices: 1,
          });
          const inside = events.filter((event) => S0 - event.ago >= from && S0 - event.ago < to);
          const sum = (field: 'good' | 'bad' | 'late') =>
            inside.reduce((all, event) => all + event[field], 0);
          expect(timeline.sum(from, to)).toEqual({
            good: sum('good'),
            total: sum('good') + sum('bad'),
            late: sum('late'),
          });
        },
      ),
    );
  });

  test('Timeline restored from its blocks equals the one that was fed', () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 40 }), (events) => {
        const fed = new Timeline();
        for (const { ago, good, bad, late } of events) fed.add(S0 - ago, { good, total: good + bad, late });
        const restored = new Timeline();
        for (const place of fed.takeDirty()) restored.restoreBlock(place, fed.encodeBlock(place));
        for (const window of [HOUR, DAY, 30 * DAY]) {
          const { from, to } = windowEdges(window, (S0 + 1) * SLICE_MILLIS, {
            floors: fed.floors(),
            unitSlices: 1,
          });
          expect(restored.sum(from, to)).toEqual(fed.sum(from, to));
        }
        expect(restored.firstSlice()).toBe(fed.firstSlice());
        expect(fed.takeDirty()).toEqual([]);
      }),
    );
  });

  test('Timeline drops what is added before the floor of a level and keeps it in coarser ones', () => {
    const timeline = new Timeline();
    timeline.forget([S0, S0 - 8640, 0]);
    timeline.add(S0 - 90, { good: 1, total: 1, late: 0 });
    expect(timeline.sum(S0 - 90, S0).total).toBe(1);
    expect([...timeline.fineSlices()]).toEqual([]);
  });
});

describe('windowEdges()', () => {
  const none = [0, 0, 0] as const;
  const at = S0 * SLICE_MILLIS + 123_456;
  test.each([
    ['10 s steps up to 6 h', 6 * HOUR, S0 + 12 - 2160, S0 + 13],
    ['1 min steps up to 3 d', DAY, S0 + 12 - 8640, S0 + 13],
    ['15 min steps beyond', 30 * DAY, S0 - 30 * 8640, S0 + 13],
  ])('windowEdges() moves the old edge in %s, the young one in slices', (_, seconds, from, to) => {
    expect(windowEdges(seconds, at, { floors: none, unitSlices: 1 })).toEqual({ from, to });
  });

  test('windowEdges() on an edge ends there', () => {
    expect(windowEdges(300, S0 * SLICE_MILLIS, { floors: none, unitSlices: 1 })).toEqual({
      from: S0 - 30,
      to: S0,
    });
  });

  test('windowEdges() rounds outward where the fine levels no longer reach', () => {
    const floors = [S0 + 90, S0 + 90, 0] as const;
    expect(windowEdges(300, at, { floors, unitSlices: 1 })).toEqual({ from: S0 - 90, to: S0 + 90 });
  });
});

describe('periodEdges()', () => {
  const quarter = 900_000;
  const at = S0 * SLICE_MILLIS;

  test('periodEdges() begin where the period does, and end with the newest slice', () => {
    const period = { fromMillis: at + quarter, toMillis: at + 9 * quarter };
    const edges = periodEdges(period, at + quarter + 12_345, { floors: [0, 0, 0], unitSlices: 1 });
    expect(edges).toEqual({ from: S0 + 90, to: S0 + 92 });
  });

  test('periodEdges() of time slices are those of the slices that end in the period', () => {
    const hour = { floors: [0, 0, 0], unitSlices: 360 } as const;
    const half = { fromMillis: at + 2 * quarter, toMillis: at + 98 * quarter };
    expect(periodEdges(half, at + 3 * quarter, hour)).toEqual({ from: S0, to: S0 });
    expect(periodEdges(half, at + 4 * quarter, hour)).toEqual({ from: S0, to: S0 + 360 });
    const next = { fromMillis: at + 98 * quarter, toMillis: at + 194 * quarter };
    // The last slice of the one is not the first of the other.
    expect(periodEdges(half, at + 98 * quarter - 1, hour).to).toBe(S0 + 96 * 90);
    expect(periodEdges(next, at + 100 * quarter, hour).from).toBe(S0 + 96 * 90);
  });
});

describe('aliveRanges()', () => {
  test.each([
    ['bridges a minute and a slice', [17], 10, [[11, 17]], 17],
    ['does not bridge more', [18], 10, [[18, 18]], 18],
    ['starts with what it sees', [5, 6, 9], undefined, [[5, 9]], 9],
    ['marks older slices alone', [3], 10, [[3, 3]], 10],
    ['sees nothing', [], 10, [], 10],
  ])('aliveRanges() %s', (_, seen, head, ranges, next) => {
    expect(aliveRanges(seen, head)).toEqual({ ranges, head: next });
  });
});
