import { grow } from './grow.ts';
import { NONE } from './types.ts';

const INITIAL = 256;
const ROOT = 0;

/**
 * Key sequences as a trie: a node is a sequence, its edges are the keys that followed it. Each node remembers the
 * key that followed it last: telemetry repeats itself, so that guess mostly spares looking the key up at all.
 *
 * Invariants: node 0 is the empty sequence; `#slots` is a power of two, holds node or 0 for free, is probed linearly
 * by (parent, key), and is at most half full.
 */
export class ShapesBuilder {
  /** Nodes, some of which may be the shape of no row. */
  count = 1;
  /** Node → key that followed it last, or NONE. */
  expectedKey = new Uint32Array(INITIAL).fill(NONE);
  /** Node → the node that key leads to. */
  expectedNode = new Uint32Array(INITIAL);
  #parents = new Uint32Array(INITIAL);
  #keys = new Uint32Array(INITIAL);
  #slots = new Uint32Array(INITIAL * 2);

  clear(): void {
    this.count = 1;
    this.expectedKey[ROOT] = NONE;
    this.#slots.fill(0);
  }

  /** The sequence `node` continued by `key`; it becomes what is expected after `node`. */
  follow(node: number, key: number): number {
    const next = this.#child(node, key);
    this.expectedKey[node] = key;
    this.expectedNode[node] = next;
    return next;
  }

  #child(node: number, key: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(node, key) & mask;
    for (;;) {
      const child = this.#slots[slot] as number;
      if (child === 0) return this.#add(slot, node, key);
      if (this.#parents[child] === node && this.#keys[child] === key) return child;
      slot = (slot + 1) & mask;
    }
  }

  #add(slot: number, parent: number, key: number): number {
    const node = this.count++;
    this.#slots[slot] = node;
    if (node === this.#keys.length) this.#growNodes();
    this.#parents[node] = parent;
    this.#keys[node] = key;
    this.expectedKey[node] = NONE;
    if (this.count * 2 > this.#slots.length) this.#growSlots();
    return node;
  }

  #growNodes(): void {
    this.expectedKey = grow(this.expectedKey, 0);
    this.expectedNode = grow(this.expectedNode, 0);
    this.#parents = grow(this.#parents, 0);
    this.#keys = grow(this.#keys, 0);
  }

  #growSlots(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let node = 1; node < this.count; node++) {
      let slot = hashOf(this.#parents[node] as number, this.#keys[node] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.#slots = slots;
  }
}

function hashOf(node: number, key: number): number {
  const hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
