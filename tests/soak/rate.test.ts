import { describe, expect, test } from 'vitest';
import { isReached, rateLine } from '../../soak/rate.ts';

describe('isReached()', () => {
  test.each([
    ['what was asked', 20_000, true],
    ['nine tenths of it', 18_000, true],
    ['less', 17_999, false],
    ['nothing', 0, false],
    ['more', 20_001, true],
  ])('judges %s', (_, acknowledged, reached) => {
    const rate = { asked: 20_000, acknowledged };
    expect(isReached(rate)).toBe(reached);
    expect(rateLine(rate).includes('less than 90 %')).toBe(!reached);
  });
});
