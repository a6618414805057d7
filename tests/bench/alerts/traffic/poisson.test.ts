import { describe, expect, test } from 'vitest';
import { Poisson } from '../../../../bench/alerts/traffic/poisson.ts';
import { Random } from '../../../../bench/payload/random.ts';

const DRAWS = 40_000;

describe('Poisson', () => {
  test.each([0.01, 0.7, 5, 19.5, 21, 400])('Poisson draws numbers of mean and variance %d', (mean) => {
    const poisson = new Poisson(new Random(3));
    const drawn = Array.from({ length: DRAWS }, () => poisson.draw(mean));
    const average = drawn.reduce((sum, count) => sum + count, 0) / DRAWS;
    const variance = drawn.reduce((sum, count) => sum + (count - average) ** 2, 0) / DRAWS;
    expect(drawn.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    expect(Math.abs(average - mean)).toBeLessThan(6 * Math.sqrt(mean / DRAWS));
    expect(variance / mean).toBeGreaterThan(0.75);
    expect(variance / mean).toBeLessThan(1.25);
  });

  test('Poisson draws nothing of a mean of 0', () => {
    const poisson = new Poisson(new Random(3));
    expect([poisson.draw(0), poisson.draw(0)]).toEqual([0, 0]);
  });
});
