import { expect, test } from 'vitest';
import { shrink } from '../../fuzz/shrink.ts';
import type { Payload, Round } from '../../fuzz/types.ts';

function payload(text: string): Payload {
  return { policy: 'plain', compression: 'identity', body: Buffer.from(text) };
}

const texts = (round: Round) => round.map(({ body }) => Buffer.from(body).toString());

test('shrink() leaves the payloads and bytes without which it would not fail', () => {
  const round = ['nothing', 'some x in text', 'more', 'a y and a z', 'end'].map(payload);
  const least = shrink(round, (smaller) => /x.*y.*z/.test(texts(smaller).join('')));
  expect(texts(least)).toEqual(['x', 'yz']);
});

test('shrink() never gives a round that does not fail', () => {
  const round = [payload('abc'), payload('def')];
  expect(texts(shrink(round, () => false))).toEqual(['abc', 'def']);
});

test('shrink() ends after a number of tries', () => {
  let tries = 0;
  const round = [payload('x'.repeat(100_000))];
  shrink(round, (smaller) => {
    tries++;
    return (smaller[0]?.body.length ?? 0) % 2 === 0;
  });
  expect(tries).toBeLessThanOrEqual(4000);
});
