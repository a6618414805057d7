/** The latest trace ids of bad events of one SLO generation. */
import type { WindowEdges } from '../slices/window-edges.ts';

const KEPT = 32;
const SHOWN = 5;

/** A bounded list of (slice, trace id), latest slices last. */
export class SampleRing {
  #samples: (readonly [number, string])[] = [];
  #isDirty = false;

  /** Adds ids of a slice; the oldest slices go first when there are too many. */
  add(slice: number, ids: readonly string[]): void {
    for (const id of ids) this.#samples.push([slice, id]);
    if (ids.length === 0) return;
    this.#isDirty = true;
    this.#samples.sort((a, b) => a[0] - b[0]);
    this.#samples = this.#samples.slice(-KEPT);
  }

  /** The latest few ids of a window, latest first. */
  within({ from, to }: WindowEdges): readonly string[] {
    const inside = this.#samples.filter(([slice]) => slice >= from && slice < to);
    return inside
      .slice(-SHOWN)
      .reverse()
      .map(([, id]) => id);
  }

  /** Everything kept, when it changed since the last call; else undefined. */
  takeDirty(): readonly (readonly [number, string])[] | undefined {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    return this.#samples;
  }

  /** Puts stored samples in the place of the present ones. */
  restore(samples: readonly (readonly [number, string])[]): void {
    this.#samples = [...samples];
  }
}
