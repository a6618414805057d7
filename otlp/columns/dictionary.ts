import { randomInt } from 'node:crypto';
import type { Arena } from './arena.ts';
import { grow } from './grow.ts';
import type { Dictionary } from './types.ts';

const INITIAL_SLOTS = 1024;
/** By bytes left, 0..3: what to keep of the last little-endian word. */
const TAIL_MASKS = [0, 0xff, 0xffff, 0xffffff] as const;
/** Differs per process, so that nobody can send names which all hash alike. Ids do not depend on it. */
const SEED = randomInt(0x1_0000_0000 - 1) | 0;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Distinct byte strings of an arena, found by their bytes.
 *
 * Invariants: entry 0 is empty; ids follow first sight; `#slots` is a power of two, holds id or 0 for free, is probed
 * linearly, and is at most half full.
 */
export class DictionaryBuilder implements Dictionary {
  size = 1;
  readonly #arena: Arena;
  #starts = new Uint32Array(INITIAL_SLOTS);
  #ends = new Uint32Array(INITIAL_SLOTS);
  #hashes = new Int32Array(INITIAL_SLOTS);
  #slots = new Uint32Array(INITIAL_SLOTS);
  readonly #texts = new Map<number, string>();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Forgets all entries, for the next batch. */
  clear(): void {
    this.size = 1;
    this.#slots.fill(0);
    this.#texts.clear();
  }

  /** The id of the arena's `[start, end)`, new when unseen. */
  intern(start: number, end: number): number {
    if (end === start) return 0;
    const hash = hashOf(this.#arena.view, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#slots[slot] as number;
      if (id === 0) return this.#add(slot, start, end, hash);
      if (this.#hashes[id] === hash && this.equals(id, start, end)) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** Whether entry `id` has the bytes of the arena's `[start, end)`. */
  equals(id: number, start: number, end: number): boolean {
    const from = this.#starts[id] as number;
    const length = end - start;
    if ((this.#ends[id] as number) - from !== length) return false;
    return sameBytes(this.#arena.view, from, start, length);
  }

  bytes(id: number): Uint8Array {
    return this.#arena.bytes.subarray(this.#starts[id], this.#ends[id]);
  }

  text(id: number): string {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const text = decoder.decode(this.bytes(id));
    this.#texts.set(id, text);
    return text;
  }

  find(text: string): number {
    const wanted = encoder.encode(text);
    if (wanted.length === 0) return 0;
    const padded = new DataView(new ArrayBuffer(wanted.length + 4));
    new Uint8Array(padded.buffer).set(wanted);
    const hash = hashOf(padded, 0, wanted.length);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] as number;
      if (id === 0) return -1;
      if (this.#hashes[id] === hash && Buffer.compare(this.bytes(id), wanted) === 0) return id;
    }
  }

  #add(slot: number, start: number, end: number, hash: number): number {
    const id = this.size++;
    this.#slots[slot] = id;
    if (id === this.#starts.length) this.#growEntries();
    this.#starts[id] = start;
    this.#ends[id] = end;
    this.#hashes[id] = hash;
    if (this.size * 2 > this.#slots.length) this.#growSlots();
    return id;
  }

  #growEntries(): void {
    this.#starts = grow(this.#starts, 0);
    this.#ends = grow(this.#ends, 0);
    this.#hashes = grow(this.#hashes, 0);
  }

  #growSlots(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 1; id < this.size; id++) {
      let slot = (this.#hashes[id] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

/** Mixes four bytes at a time; the multiplier depends on what was mixed, so collisions depend on the seed. */
function hashOf(view: DataView, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  let at = start;
  for (const last = end - 4; at <= last; at += 4) hash = mix(hash ^ view.getInt32(at, true));
  if (at < end) hash = mix(hash ^ (view.getInt32(at, true) & (TAIL_MASKS[end - at] as number)));
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function mix(value: number): number {
  const product = Math.imul(value ^ (value >>> 15), value | 1);
  return product ^ (product >>> 14) ^ (value << 7);
}

/** Compares `length` bytes at two places of padded bytes. */
function sameBytes(view: DataView, left: number, right: number, length: number): boolean {
  const words = length & ~3;
  for (let at = 0; at < words; at += 4) {
    if (view.getInt32(left + at, true) !== view.getInt32(right + at, true)) return false;
  }
  const mask = TAIL_MASKS[length & 3] as number;
  return ((view.getInt32(left + words, true) ^ view.getInt32(right + words, true)) & mask) === 0;
}
