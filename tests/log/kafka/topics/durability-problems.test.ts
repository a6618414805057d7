import { describe, expect, test } from 'vitest';
import {
  durabilityProblems,
  type TopicDurability,
} from '../../../../log/kafka/topics/durability-problems.ts';

const of = (replicas: number, minInSync: number, rest: Partial<TopicDurability> = {}) =>
  durabilityProblems({ replicas, minInSync, brokers: 3, wantedReplicas: 1, ...rest }).map(({ set }) => set);

describe('durabilityProblems()', () => {
  test.each<readonly [string, ReturnType<typeof of>, readonly object[]]>([
    ['none with three replicas of which two confirm', of(3, 2), []],
    ['none with one broker, which cannot do better', of(1, 1, { brokers: 1 }), []],
    ['none with two replicas that both confirm', of(2, 2), []],
    ['records that one of three confirms', of(3, 1), [{ 'min.insync.replicas': 2 }]],
    ['records that one of two confirms', of(2, 1), [{ 'min.insync.replicas': 2 }]],
    ['one replica where there are three brokers', of(1, 1), [{ replicas: 3 }]],
    ['one replica where there are two brokers', of(1, 1, { brokers: 2 }), [{ replicas: 2 }]],
    ['fewer replicas than topics are to have', of(2, 2, { wantedReplicas: 3 }), [{ replicas: 3 }]],
    ['more in sync than there are replicas', of(1, 2), [{ 'min.insync.replicas': 1 }, { replicas: 3 }]],
    ['all in sync is no problem, three of three', of(3, 3), []],
  ])('%s', (_sentence, found, expected) => {
    expect(found).toEqual(expected);
  });
});
