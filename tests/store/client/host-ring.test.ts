import { describe, expect, test } from 'vitest';
import { HostRing } from '../../../store/client/host-ring.ts';

const HOSTS = ['a', 'b', 'c'];

/** A ring on a clock of its own, whose probes are answered by the test. */
function ring() {
  let nowMillis = 0;
  const probed: string[] = [];
  let answer: (answers: boolean) => void = () => {};
  const made = new HostRing({
    asideMillis: 100,
    maxAsideMillis: 400,
    now: () => nowMillis,
    probe: (host) => {
      probed.push(host);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  return {
    ring: made,
    probed,
    pass: (millis: number) => {
      nowMillis += millis;
    },
    answerProbe: async (answers: boolean) => {
      answer(answers);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe('HostRing', () => {
  test('asks servers that work in turn from the start it is given', () => {
    const { ring: hosts, probed } = ring();
    expect(hosts.order(HOSTS, 0)).toEqual(['a', 'b', 'c']);
    expect(hosts.order(HOSTS, 4)).toEqual(['b', 'c', 'a']);
    expect(probed).toEqual([]);
  });

  test('asks one that failed last, until it works', () => {
    const { ring: hosts } = ring();
    hosts.failed('a');
    expect(hosts.order(HOSTS, 0)).toEqual(['b', 'c', 'a']);
    expect(hosts.aside).toEqual(['a']);
    hosts.worked('a');
    expect(hosts.order(HOSTS, 0)).toEqual(['a', 'b', 'c']);
  });

  test('probes one whose time aside is over, once, and takes it back when it answers', async () => {
    const { ring: hosts, probed, pass, answerProbe } = ring();
    hosts.failed('a');
    pass(99);
    hosts.order(HOSTS, 0);
    expect(probed).toEqual([]);
    pass(1);
    for (const _ of [1, 2]) expect(hosts.order(HOSTS, 0)).toEqual(['b', 'c', 'a']);
    expect(probed).toEqual(['a']);
    await answerProbe(true);
    expect(hosts.order(HOSTS, 0)).toEqual(['a', 'b', 'c']);
  });

  test('leaves one aside twice as long each time its probe fails, up to the longest', async () => {
    const { ring: hosts, probed, pass, answerProbe } = ring();
    hosts.failed('a');
    for (const millis of [100, 200, 400, 400]) {
      pass(millis - 1);
      hosts.order(HOSTS, 0);
      const before = probed.length;
      pass(1);
      hosts.order(HOSTS, 0);
      expect([millis, probed.length]).toEqual([millis, before + 1]);
      await answerProbe(false);
    }
    hosts.worked('a');
    hosts.failed('a');
    pass(100);
    hosts.order(HOSTS, 0);
    expect(probed).toHaveLength(5);
  });

  test('asks those aside all the same when none works, the one due first before the others, without probes', () => {
    const { ring: hosts, probed, pass } = ring();
    hosts.failed('b');
    pass(10);
    hosts.failed('c');
    pass(10);
    hosts.failed('a');
    pass(1_000);
    expect(hosts.order(HOSTS, 0)).toEqual(['b', 'c', 'a']);
    expect(probed).toEqual([]);
  });
});
