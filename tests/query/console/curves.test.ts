import { describe, expect, it } from 'vitest';
import type { AlertRecord } from '../../../engine/core/types.ts';
import { alertBands, burnScale, factorLines, sliRange } from '../../../query/console/domain/curves.js';
import { burningFixture, statusOf } from './fixture-data.ts';

describe('sliRange()', () => {
  it('keeps a level near its target in the middle of the picture', () => {
    const { min, max } = sliRange([1, 0.9995, null], 0.999);
    expect(min).toBeGreaterThan(0.998);
    expect(max).toBeLessThan(1.001);
  });

  it('shows a total outage', () => expect(sliRange([1, 0], 0.999).min).toBe(0));

  it('shows the target without a value', () => expect(sliRange([null], 0.99).min).toBeLessThan(0.99));
});

describe('burnScale()', () => {
  it('reaches above the highest factor though nothing burns', () =>
    expect(burnScale([0, null], [14.4, 6])).toEqual({
      range: { min: 0, max: 14.4 * 1.35 },
      ticks: [0, 1, 3, 10],
    }));

  it('reaches above the highest burn', () =>
    expect(burnScale([1000], [14.4]).range.max).toBeGreaterThan(1000));
});

describe('alertBands()', () => {
  const base = burningFixture().alerts[0] as AlertRecord;
  const alert = (startedAt: string, endedAt: string | null): AlertRecord => ({ ...base, startedAt, endedAt });
  const at = (second: number) => new Date(second * 1000).toISOString();

  it('clips to the range', () =>
    expect(alertBands([alert(at(5), at(500))], 10, 100)).toEqual([{ from: 10, to: 100, severity: 'page' }]));

  it('ends an open alert at the right edge', () =>
    expect(alertBands([alert(at(50), null)], 10, 100)).toEqual([{ from: 50, to: 100, severity: 'page' }]));

  it('leaves out what is outside, and what was held back', () =>
    expect(
      alertBands([alert(at(1), at(10)), { ...alert(at(50), null), state: 'inhibited' }], 10, 100),
    ).toEqual([]));
});

it('factorLines() draws each factor once, the highest first', () => {
  const { tiers } = statusOf(burningFixture().slos[0] as never);
  expect(factorLines([...tiers, ...tiers]).map(({ label }) => label)).toEqual(['14.4×', '6×', '3×', '1×']);
});
