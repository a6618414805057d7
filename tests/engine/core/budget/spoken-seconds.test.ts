import { expect, test } from 'vitest';
import { spokenSeconds } from '../../../../engine/core/budget/spoken-seconds.ts';

test.each([
  [0, '0 s'],
  [0.4, 'less than a second'],
  [51.84, '52 s'],
  [59.6, '1 min'],
  [518.4, '8 min 38 s'],
  [3600, '1 h'],
  [7178.4, '1 h 59 min'],
  [345_600, '4 d'],
  [86_400 + 59, '1 d'],
])('spokenSeconds() says %d as %s', (seconds, text) => {
  expect(spokenSeconds(seconds)).toBe(text);
});
