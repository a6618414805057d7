import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignPartitions, type GroupMemberState } from '../../../../log/kafka/group/assign-partitions.ts';
import type { TopicPartition } from '../../../../log/types.ts';

/** What one meeting takes from a member, the next one may give to another. */
const MEETINGS = 6;

type Assignment = ReadonlyMap<string, readonly TopicPartition[]>;

const name = ({ topic, partition }: TopicPartition) => `${topic}${partition}`;
const names = (assignment: Assignment) =>
  Object.fromEntries([...assignment].map(([member, partitions]) => [member, partitions.map(name).sort()]));

function member(memberId: string, owned: readonly string[] = [], topics = ['t']): GroupMemberState {
  const parse = (text: string) => ({ topic: text[0] as string, partition: Number(text.slice(1)) });
  return { memberId, topics, owned: owned.map(parse), generation: 1 };
}

test('assignPartitions() gives a single member everything', () => {
  const counts = new Map([
    ['t', 2],
    ['u', 1],
  ]);
  expect(names(assignPartitions([member('a', [], ['t', 'u'])], counts))).toEqual({ a: ['t0', 't1', 'u0'] });
});

test('assignPartitions() gives a newcomer nothing that another member still works on', () => {
  const members = [member('a', ['t0', 't1', 't2', 't3']), member('b')];
  expect(names(assignPartitions(members, new Map([['t', 4]])))).toEqual({ a: ['t0', 't1'], b: [] });
  const afterwards = [member('a', ['t0', 't1']), member('b')];
  expect(names(assignPartitions(afterwards, new Map([['t', 4]])))).toEqual({
    a: ['t0', 't1'],
    b: ['t2', 't3'],
  });
});

test('assignPartitions() leaves a balanced group as it is', () => {
  const members = [member('a', ['t3', 't1']), member('b', ['t0', 't2', 't4'])];
  expect(names(assignPartitions(members, new Map([['t', 5]])))).toEqual({
    a: ['t1', 't3'],
    b: ['t0', 't2', 't4'],
  });
});

test('assignPartitions() spreads the odd partitions of several topics', () => {
  const topics = ['t', 'u', 'v'];
  const counts = new Map(topics.map((topic) => [topic, 1]));
  const assigned = assignPartitions([member('a', [], topics), member('b', [], topics)], counts);
  expect([...assigned.values()].map(({ length }) => length).sort()).toEqual([1, 2]);
});

test('assignPartitions() ignores what a member claims from an older generation than another one', () => {
  const stale = { ...member('a', ['t0']), generation: 1 };
  const owner = { ...member('b', ['t0']), generation: 2 };
  expect(names(assignPartitions([stale, owner], new Map([['t', 1]])))).toEqual({ a: [], b: ['t0'] });
});

test('assignPartitions() gives a partition that two claim alike to one of them', () => {
  const assigned = names(assignPartitions([member('a', ['t0']), member('b', ['t0'])], new Map([['t', 1]])));
  expect([...(assigned['a'] ?? []), ...(assigned['b'] ?? [])]).toEqual(['t0']);
});

test('assignPartitions() leaves out topics a member has not asked for, and partitions that are no more', () => {
  const members = [member('a', ['t0', 't7'], ['t']), member('b', [], ['u'])];
  const counts = new Map([
    ['t', 2],
    ['u', 1],
  ]);
  expect(names(assignPartitions(members, counts))).toEqual({ a: ['t0', 't1'], b: ['u0'] });
});

test('assignPartitions() is balanced, complete and still after a few meetings, whatever was before', () => {
  const groups = fc.record({
    counts: fc.dictionary(fc.constantFrom('t', 'u', 'v'), fc.nat({ max: 9 }), { noNullPrototype: true }),
    before: fc.array(
      fc.array(fc.tuple(fc.constantFrom('t', 'u', 'v'), fc.nat({ max: 9 })), { maxLength: 12 }),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  });
  fc.assert(
    fc.property(groups, ({ counts, before }) => {
      const partitions = new Map(Object.entries(counts));
      const topics = ['t', 'u', 'v'];
      // Nobody owns what another one does, as it is between two meetings.
      const taken = new Set<string>();
      let members = before.map((claims, index) => {
        const own = claims
          .map(([topic, partition]) => `${topic}${partition}`)
          .filter((key) => !taken.has(key));
        for (const key of own) taken.add(key);
        return member(`m${index}`, [...new Set(own)], topics);
      });
      const meet = () => {
        const assigned = assignPartitions(members, partitions);
        for (const [memberId, target] of assigned)
          for (const partition of target) {
            const owner = members.find(({ owned }) => owned.some((other) => name(other) === name(partition)));
            expect(owner?.memberId ?? memberId).toBe(memberId);
          }
        // What is not assigned any more is given back before the next meeting.
        members = members.map((state) => ({ ...state, owned: assigned.get(state.memberId) ?? [] }));
        return assigned;
      };
      let settled = meet();
      for (let meetings = 1; meetings < MEETINGS; meetings++) {
        const earlier = names(settled);
        settled = meet();
        if (isDeepStrictEqual(names(settled), earlier)) break;
      }
      const all = [...settled.values()].flat().map(name);
      expect(all.length).toBe(new Set(all).size);
      expect(all.length).toBe([...partitions.values()].reduce((sum, count) => sum + count, 0));
      for (const topic of partitions.keys()) {
        const shares = [...settled.values()].map((own) => own.filter((of) => of.topic === topic).length);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }
      expect(names(meet())).toEqual(names(settled));
    }),
  );
});
