/** Valet with what it does unless told otherwise, or with a minimum of bad events. */
import type { EventCounts } from './traffic/event-counts.ts';
import type { AlertingSystem, Firing } from './types.ts';
import { TICKS_PER_SLICE, type ValetHistory, type ValetOptions, ValetRun } from './valet-run.ts';

/** See above. */
export class ValetSystem implements AlertingSystem {
  readonly name: string;
  readonly #options: ValetOptions;

  constructor(options: ValetOptions) {
    this.#options = options;
    const { minBadEvents } = options;
    this.name = minBadEvents === undefined ? 'Valet' : `Valet, ≥ ${minBadEvents} bad`;
  }

  play(counts: EventCounts, fromTick: number): readonly Firing[] {
    return this.history(counts, fromTick).firings;
  }

  /** Plays a service and tells everything. */
  history(counts: EventCounts, fromTick: number): ValetHistory {
    const run = new ValetRun(counts, this.#options);
    const lastEdge = Math.floor(counts.ticks / TICKS_PER_SLICE);
    for (let edge = Math.ceil(fromTick / TICKS_PER_SLICE); edge <= lastEdge; edge += 1) run.advance(edge);
    return run.history();
  }
}
