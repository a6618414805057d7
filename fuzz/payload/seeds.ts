import { Random } from '../../bench/payload/random.ts';
import { SIGNALS } from '../../schemas/names.ts';
import type { Target } from '../types.ts';
import { growRequest } from './grow.ts';
import type { TreeMessage } from './tree.ts';
import { treeToJson } from './tree-to-json.ts';
import { treeToProtobuf } from './tree-to-protobuf.ts';

/** A valid request, as it is changed and as it is sent. Shared: copy the tree before changing it. */
export interface Seed {
  readonly tree: TreeMessage;
  readonly bytes: Uint8Array;
}

/** Growing a request costs more than all that happens to it: payloads are made from so many of them. */
export const SEEDS = 512;

/** The valid requests that payloads of a target are made from: always the same for the same seed, grown when needed. */
export class Seeds {
  readonly #target: Target;
  readonly #seed: number;
  readonly #grown = new Map<number, Seed>();

  constructor(target: Target, seed: number) {
    this.#target = target;
    this.#seed = seed;
  }

  /** Any of them. */
  pick(random: Random): Seed {
    const index = random.below(SEEDS);
    const known = this.#grown.get(index);
    if (known !== undefined) return known;
    const grown = this.#grow(index);
    this.#grown.set(index, grown);
    return grown;
  }

  #grow(index: number): Seed {
    const { signal } = this.#target;
    const random = new Random(mixed(this.#seed, SIGNALS.indexOf(signal), index));
    const tree = growRequest(signal, random);
    return { tree, bytes: write(this.#target, tree, random) };
  }
}

/** A tree in the target's encoding. */
export function write({ encoding }: Target, tree: TreeMessage, random: Random): Uint8Array {
  return encoding === 'protobuf' ? treeToProtobuf(tree) : Buffer.from(treeToJson(tree, random));
}

/** One number made of several, each of which changes all of it. */
export function mixed(...parts: readonly number[]): number {
  return parts.reduce((hash, part) => {
    const product = Math.imul((hash ^ part) + 0x9e3779b9, 0x85ebca6b);
    return Math.imul(product ^ (product >>> 13), 0xc2b2ae35) ^ (product >>> 16);
  }, 0);
}
