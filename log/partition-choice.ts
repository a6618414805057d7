import type { NewRecord } from './types.ts';

/** Chooses partitions for appends that name none: by key hash when the first record has a key, else round robin. */
export class PartitionChoice {
  readonly #turns = new Map<string, number>();

  /** A partition from 0 to `partitions - 1`. All records of one append go to the same. */
  choose(topic: string, partitions: number, records: readonly NewRecord[]): number {
    const key = records[0]?.key;
    if (key !== undefined) return keyPartition(key, partitions);
    const turn = this.#turns.get(topic) ?? 0;
    this.#turns.set(topic, (turn + 1) % partitions);
    return turn % partitions;
  }
}

/** The partition of a key, from 0 to `partitions - 1`; the same for ever. */
export function keyPartition(key: string, partitions: number): number {
  return fnv1a(key) % partitions;
}

/** FNV-1a, 32 bits, over the key's UTF-8 bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
