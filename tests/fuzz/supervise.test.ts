import { describe, expect, test } from 'vitest';
import { PayloadSource } from '../../fuzz/payload/payload-source.ts';
import { supervise } from '../../fuzz/supervise.ts';
import type { Round } from '../../fuzz/types.ts';

function programNamed(name: string): URL {
  return new URL(`./${name}.ts`, import.meta.url);
}

describe('supervise()', () => {
  const plan = { target: { signal: 'logs', encoding: 'json' }, seed: 5, from: 320, payloads: 320 } as const;
  const source = new PayloadSource(plan.target, plan.seed);
  const bodies = (round: Round) => round.map(({ body }) => Buffer.from(body));

  test('supervise() reports the payload over which a run hangs, and ends it', async () => {
    const report = await supervise(plan, { program: programNamed('hanging-child'), hangMillis: 3000 });
    if (!('failure' in report)) throw new Error('nothing was found');
    const { round, ...failure } = report.failure;
    expect(failure).toEqual({ oracle: 'hang', message: 'hang', from: 352 });
    expect(bodies(round)).toEqual(bodies([source.payload(352 + 3)]));
  });

  test('supervise() reports the payload over which a run dies, and its last words', async () => {
    const report = await supervise(plan, { program: programNamed('dying-child') });
    if (!('failure' in report)) throw new Error('nothing was found');
    const { round, ...failure } = report.failure;
    expect(failure).toEqual({ oracle: 'crash', message: 'crash with SIGSEGV\nlast words', from: 320 });
    expect(bodies(round)).toEqual(bodies([source.payload(320 + 7)]));
  });
});
