import { describe, expect, test } from 'vitest';
import { Random } from '../../../bench/payload/random.ts';
import { admit } from '../../../fuzz/oracle/admission.ts';
import { PayloadSource } from '../../../fuzz/payload/payload-source.ts';
import { Seeds } from '../../../fuzz/payload/seeds.ts';
import { POLICIES } from '../../../fuzz/policy.ts';
import { createSubject } from '../../../fuzz/subject.ts';
import type { Target } from '../../../fuzz/types.ts';
import { SIGNALS } from '../../../schemas/names.ts';

const TARGETS: readonly Target[] = SIGNALS.flatMap((signal) => [
  { signal, encoding: 'protobuf' },
  { signal, encoding: 'json' },
]);

describe('PayloadSource', () => {
  test.each(TARGETS)(
    'PayloadSource gives the same payload for the same number: $signal $encoding',
    (target) => {
      const [one, same, other] = [7, 7, 8].map((seed) => new PayloadSource(target, seed));
      const numbers = Array.from({ length: 60 }, (_, index) => index);
      const first = numbers.map((number) => one?.payload(number));
      expect(numbers.toReversed().map((number) => same?.payload(number))).toEqual(first.toReversed());
      expect(numbers.map((number) => other?.payload(number))).not.toEqual(first);
      const distinct = new Set(first.map((payload) => Buffer.from(payload?.body ?? []).toString('latin1')));
      expect(distinct.size).toBeGreaterThan(50);
    },
  );

  test.each(TARGETS)('Seeds are requests all of whose records are taken: $signal $encoding', (target) => {
    const seeds = new Seeds(target, 2);
    const random = new Random(3);
    const context = { target, subject: createSubject(), policy: POLICIES.plain };
    let records = 0;
    for (let count = 0; count < 200; count++) {
      const { bytes } = seeds.pick(random);
      const admitted = admit({ policy: 'plain', compression: 'identity', body: bytes }, context);
      if (admitted.kind !== 'taken') throw new Error(`a seed is ${admitted.kind}`);
      expect(admitted.validation.rejected).toBe(0);
      records += admitted.validation.records;
    }
    expect(records).toBeGreaterThan(200);
  });
});
