import { describe, expect, test } from 'vitest';
import { Admission, type AdmissionOptions, type Reservation } from '../../../ingest/receiver/admission.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const STEP = 64 * KIB;

/** An admission of 100 MiB on a clock of its own. */
function world(options: Partial<AdmissionOptions> = {}) {
  const clock = { now: 0 };
  const admission = new Admission({
    maxBytes: 100 * MIB,
    readTimeoutMillis: 30_000,
    now: () => clock.now,
    ...options,
  });
  const evicted: string[] = [];
  const open = (name: string, holder: unknown = name) =>
    admission.open({ holder, onEvicted: (why) => evicted.push(`${name} ${why}`) });
  return { admission, clock, evicted, open };
}

/** A request that has arrived whole. */
function fill(reservation: Reservation, bytes: number): boolean {
  const taken = reservation.announce(bytes) && reservation.arrived(bytes);
  reservation.complete();
  return taken;
}

describe('Admission', () => {
  test('holds what arrives in steps, never more than was announced', () => {
    const { admission, open } = world();
    const place = open('a');
    expect(place.announce(MIB)).toBe(true);
    expect(admission.bytes).toBe(STEP);
    expect(place.arrived(STEP)).toBe(true);
    expect(admission.bytes).toBe(STEP);
    expect(place.arrived(1)).toBe(true);
    expect(admission.bytes).toBe(2 * STEP);
    for (let at = STEP + 1; at < MIB; at += KIB) expect(place.arrived(Math.min(KIB, MIB - at))).toBe(true);
    expect(admission.bytes).toBe(MIB);
    place.release();
    expect(admission.bytes).toBe(0);
  });

  test('holds small bodies whole from the start, and chunked ones as they come', () => {
    const { admission, open } = world();
    open('small').announce(1000);
    expect(admission.bytes).toBe(1000);
    const chunked = open('chunked');
    for (let i = 0; i < 3; i++) chunked.arrived(100);
    expect(admission.bytes).toBe(1300);
  });

  test('refuses what is announced beyond what is free, and changes nothing then', () => {
    const { admission, open } = world();
    expect(fill(open('a'), 60 * MIB)).toBe(true);
    const refused = open('b');
    expect(refused.announce(41 * MIB)).toBe(false);
    refused.release();
    expect(admission.bytes).toBe(60 * MIB);
    expect(open('c').announce(40 * MIB)).toBe(true);
  });

  test('releases once, and holds nothing after it', () => {
    const { admission, open } = world();
    const [first, second] = [open('a'), open('b')];
    fill(first, 1000);
    fill(second, 500);
    first.release();
    first.release();
    expect(first.grow(10)).toBe(false);
    expect(first.arrived(10)).toBe(false);
    expect(admission.bytes).toBe(500);
  });

  test('lets the only request of a holder take all there is, and grow into it', () => {
    const { open } = world();
    const only = open('a');
    expect(fill(only, 64 * MIB)).toBe(true);
    expect(only.grow(36 * MIB)).toBe(true);
    expect(only.grow(1)).toBe(false);
  });

  test('gives a holder of many requests half of what others leave', () => {
    const { admission, open } = world();
    const noisy = () => fill(open('noisy'), 5 * MIB);
    expect(Array.from({ length: 20 }, noisy).filter(Boolean)).toHaveLength(10);
    expect(fill(open('good'), 20 * MIB)).toBe(true);
    expect(noisy()).toBe(false);
    expect(admission.available).toBe(30 * MIB);
  });

  test('leaves room for a newcomer however many are noisy', () => {
    const { admission, open } = world();
    for (let round = 0; round < 100; round++) for (const noisy of ['a', 'b', 'c']) fill(open(noisy), MIB);
    expect(admission.available).toBeGreaterThan(10 * MIB);
    expect(fill(open('new'), 10 * MIB)).toBe(true);
  });

  test('counts a holder anew when all its requests are gone', () => {
    const { open } = world();
    const requests = [open('a'), open('a')];
    for (const one of requests) one.release();
    expect(fill(open('a'), 100 * MIB)).toBe(true);
  });

  test('takes the place of the slowest when room is short, of those that hold most first', () => {
    const { admission, clock, evicted, open } = world();
    const stalled = ['small', 'large', 'larger'].map((name) => open(name));
    stalled[0]?.announce(10 * MIB);
    stalled[0]?.arrived(8 * MIB);
    stalled[1]?.announce(40 * MIB);
    stalled[1]?.arrived(30 * MIB);
    stalled[2]?.announce(40 * MIB);
    stalled[2]?.arrived(35 * MIB);
    const quick = open('quick');
    quick.announce(20 * MIB);
    clock.now = 1000;
    quick.arrived(5 * MIB);
    expect(open('new').announce(50 * MIB)).toBe(true);
    expect(evicted).toEqual(['larger slow']);
    expect(admission.bytes).toBeLessThanOrEqual(100 * MIB);
    expect(stalled[1]?.arrived(1)).toBe(true);
  });

  test('takes nobody’s place who has not had a second, or when it would not help', () => {
    const { clock, evicted, open } = world();
    const stalled = open('stalled');
    stalled.announce(60 * MIB);
    stalled.arrived(59 * MIB);
    expect(fill(open('arrived'), 30 * MIB)).toBe(true);
    clock.now = 999;
    expect(open('new').announce(20 * MIB)).toBe(false);
    clock.now = 1000;
    expect(open('much').announce(71 * MIB)).toBe(false);
    expect(evicted).toEqual([]);
    expect(open('newer').announce(70 * MIB)).toBe(true);
    expect(evicted).toEqual(['stalled slow']);
  });

  test('knows a trickle as slow, a steady sender not', () => {
    const { clock, evicted, open } = world();
    const [trickle, steady] = [open('trickle'), open('steady')];
    for (const one of [trickle, steady]) {
      one.announce(40 * MIB);
      one.arrived(39 * MIB);
    }
    for (clock.now = 300; clock.now <= 3000; clock.now += 300) {
      trickle.arrived(1);
      steady.arrived(30 * KIB);
    }
    expect(open('new').announce(60 * MIB)).toBe(true);
    expect(evicted).toEqual(['trickle slow']);
    expect(open('another').announce(60 * MIB)).toBe(false);
  });

  test('never takes the place of a request that has arrived', () => {
    const { clock, evicted, open } = world();
    fill(open('arrived'), 100 * MIB);
    clock.now = 60_000;
    expect(open('new').announce(1)).toBe(false);
    expect(evicted).toEqual([]);
  });

  test('makes room for a request that grows, but not of its own', () => {
    const { clock, evicted, open } = world();
    const [growing, stalled] = [open('growing'), open('stalled')];
    growing.announce(60 * MIB);
    stalled.announce(60 * MIB);
    stalled.arrived(59 * MIB);
    clock.now = 2000;
    expect(growing.arrived(50 * MIB)).toBe(true);
    expect(evicted).toEqual(['stalled slow']);
    expect(growing.grow(60 * MIB)).toBe(false);
    expect(evicted).toEqual(['stalled slow']);
  });

  test('sweep() ends those whose time is over, whatever they sent', () => {
    const { admission, clock, evicted, open } = world({ readTimeoutMillis: 5000 });
    open('first').announce(1000);
    clock.now = 1000;
    open('second').announce(1000);
    fill(open('arrived'), 1000);
    clock.now = 5000;
    admission.sweep();
    expect(evicted).toEqual(['first expired']);
    clock.now = 20_000;
    admission.sweep();
    expect(evicted).toEqual(['first expired', 'second expired']);
    expect(admission.bytes).toBe(1000);
  });
});
