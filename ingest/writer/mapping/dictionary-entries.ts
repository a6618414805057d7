import type { Dictionary } from '../../../otlp/columns/types.ts';
import type { ChunkWriter } from '../../../store/native/chunk-writer.ts';
import type { EntryWriter } from '../../../store/native/low-cardinality.ts';

/** The entries of a batch's dictionary that a block uses, renumbered in order of first use; 0 stays ''. */
export class UsedEntries implements EntryWriter {
  size = 1;
  readonly #dictionary: Dictionary;
  /** Id in the batch → id in the block; 0 for unused, and for ''. */
  readonly #renumbered: Uint32Array;
  readonly #used: number[] = [];

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
    this.#renumbered = new Uint32Array(dictionary.size);
  }

  /** The block's id for the batch's id. */
  use(id: number): number {
    const known = this.#renumbered[id] as number;
    if (known !== 0 || id === 0) return known;
    this.#renumbered[id] = this.size;
    this.#used.push(id);
    return this.size++;
  }

  writeTo(writer: ChunkWriter): void {
    writer.uint8(0);
    for (const id of this.#used) writer.string(this.#dictionary.bytes(id));
  }
}

/** Distinct byte strings of a block that come from no dictionary, in order of first use; 0 is ''. */
export class DistinctEntries implements EntryWriter {
  readonly #ids = new Map<string, number>([['', 0]]);

  get size(): number {
    return this.#ids.size;
  }

  /** The block's id for the bytes. */
  use(bytes: Uint8Array): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const id = this.#ids.get(text) ?? this.#ids.size;
    this.#ids.set(text, id);
    return id;
  }

  writeTo(writer: ChunkWriter): void {
    for (const text of this.#ids.keys()) writer.string(Buffer.from(text, 'latin1'));
  }
}
