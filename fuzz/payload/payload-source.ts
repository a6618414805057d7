import { generatePayload } from '../../bench/payload/generate.ts';
import { Random } from '../../bench/payload/random.ts';
import { SIGNALS } from '../../schemas/names.ts';
import { NOW_NANOS } from '../moment.ts';
import { POLICY_NAMES } from '../policy.ts';
import type { Payload, Target } from '../types.ts';
import { compressed } from './compress.ts';
import { multiply } from './multiply.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateText } from './mutate-text.ts';
import { mutateTree } from './mutate-tree.ts';
import { mixed, Seeds, write } from './seeds.ts';
import { copyOf } from './tree.ts';

/** One in so many payloads is sent as it grew. */
const UNTOUCHED = 12;
/** One in so many is compressed. */
const COMPRESSED = 20;
/** One in so many is made from a request as senders write it: more resources, records and attributes, all alike. */
const USUAL = 16;
/** How many changes are made to a tree before it is written; those to JSON are rather made to its text. */
const TREE_CHANGES = [0, 0, 1, 1, 1, 2, 4] as const;
const JSON_TREE_CHANGES = [0, 0, 0, 0, 1, 1, 3] as const;
/** One in so many is large: most faults do not need many records, and large payloads take long. */
const LARGE = 1000;
const HOUR_NANOS = 3_600_000_000_000n;

/** Makes the payloads of a target: payload number n is always the same for the same target and seed. */
export class PayloadSource {
  readonly #target: Target;
  readonly #seed: number;
  readonly #seeds: Seeds;
  /** Undefined for JSON, whose senders' requests are as small as the seeds. */
  readonly #usual: Uint8Array | undefined;

  constructor(target: Target, seed: number) {
    this.#target = target;
    this.#seed = seed;
    this.#seeds = new Seeds(target, seed);
    this.#usual = target.encoding === 'protobuf' ? usualBody(target) : undefined;
  }

  /** Payload number `index`, from 0. */
  payload(index: number): Payload {
    const { signal, encoding } = this.#target;
    const random = new Random(mixed(this.#seed, SIGNALS.indexOf(signal), encoding.length, index));
    const policy = random.below(2) === 0 ? 'plain' : random.pick(POLICY_NAMES);
    const body = this.#body(random);
    if (random.below(COMPRESSED) > 0) return { policy, compression: 'identity', body };
    return { policy, ...compressed(body, random) };
  }

  #body(random: Random): Uint8Array {
    if (random.below(LARGE) === 0) return this.#large(random);
    const usual = this.#usual;
    if (usual === undefined || random.below(USUAL) > 0) return this.#fromSeed(random);
    return this.#withByteChanges(usual, random.below(4), random);
  }

  #large(random: Random): Uint8Array {
    const tree = copyOf(this.#seeds.pick(random).tree);
    multiply(tree, random);
    return this.#withByteChanges(write(this.#target, tree, random), random.pick([0, 0, 1]), random);
  }

  #fromSeed(random: Random): Uint8Array {
    const { tree, bytes } = this.#seeds.pick(random);
    if (random.below(UNTOUCHED) === 0) return bytes;
    const treeChanges = random.pick(this.#target.encoding === 'json' ? JSON_TREE_CHANGES : TREE_CHANGES);
    if (treeChanges === 0) return this.#withByteChanges(bytes, 1 + random.below(2), random);
    const changed = copyOf(tree);
    for (let change = 0; change < treeChanges; change++) {
      mutateTree(changed, random, this.#seeds.pick(random).tree);
    }
    return this.#withByteChanges(write(this.#target, changed, random), random.pick([0, 0, 0, 1]), random);
  }

  #withByteChanges(bytes: Uint8Array, count: number, random: Random): Uint8Array {
    const mutate = this.#target.encoding === 'protobuf' ? mutateBytes : mutateText;
    let body = bytes;
    for (let change = 0; change < count; change++)
      body = mutate(body, random, this.#seeds.pick(random).bytes);
    return body;
  }
}

function usualBody({ signal }: Target): Uint8Array {
  const options = { requests: 1, records: 5, baseNanos: NOW_NANOS - HOUR_NANOS };
  return generatePayload(signal, options)[0] as Uint8Array;
}
