/** The SLOs in force with their generations, and what is wrong with files. Fed by `valet_definitions`. */

import { type PreparedObjective, prepareObjective } from '../alerts/prepare-objective.ts';
import { defaultTiers } from '../budget/tiers.ts';
import {
  type DefinitionEntry,
  restoreDefinition,
  type StoredDefinitionRecord,
} from '../records/definition-record.ts';
import type { DefinitionProblem, SloDefinition } from '../types.ts';

/** An SLO with what its status is computed from. */
export interface KnownSlo {
  readonly entry: DefinitionEntry;
  readonly definition: SloDefinition;
  readonly objectives: readonly PreparedObjective[];
}

/** Definitions and problems by key; see above. */
export class DefinitionBook {
  readonly #slos = new Map<string, KnownSlo>();
  readonly #problems = new Map<string, readonly DefinitionProblem[]>();
  #inForce: readonly KnownSlo[] | undefined;
  #version = 0;
  #published = 0;

  /** Rises with every record taken. */
  get version(): number {
    return this.#version;
  }

  /** How often definitions were published; 0: never. */
  get published(): number {
    return this.#published;
  }

  /** Takes one record; a deleted one is its key only. False for one it does not know. */
  apply(key: string, record: StoredDefinitionRecord | undefined): boolean {
    this.#version += 1;
    if (record === undefined) this.#problems.delete(key.slice('problems|'.length));
    else if (record.kind === 'problems') this.#problems.set(record.file, record.problems);
    else if (record.kind === 'published') this.#published = record.number;
    else if (record.kind === 'slo') this.#take(record);
    else return false;
    return true;
  }

  /** An SLO in force; undefined when there is none or it is retired. */
  get(slo: string): KnownSlo | undefined {
    const known = this.#slos.get(slo);
    return known?.entry.retiredFrom === null ? known : undefined;
  }

  /** The SLOs in force, by key. */
  inForce(): readonly KnownSlo[] {
    this.#inForce ??= [...this.#slos.values()]
      .filter(({ entry }) => entry.retiredFrom === null)
      .sort((a, b) => (a.entry.slo < b.entry.slo ? -1 : 1));
    return this.#inForce;
  }

  /** Every entry, retired ones too. */
  entries(): readonly DefinitionEntry[] {
    return [...this.#slos.values()].map(({ entry }) => entry);
  }

  /** Problems of all files, in the order of their names. */
  problems(): readonly DefinitionProblem[] {
    const files = [...this.#problems.keys()].sort();
    return files.flatMap((file) => this.#problems.get(file) ?? []);
  }

  /** Files that have problems. */
  filesWithProblems(): readonly string[] {
    return [...this.#problems.keys()];
  }

  /** Problems of one file. */
  problemsOf(file: string): readonly DefinitionProblem[] {
    return this.#problems.get(file) ?? [];
  }

  #take(record: Extract<StoredDefinitionRecord, { kind: 'slo' }>): void {
    const definition = restoreDefinition(record.definition);
    const period = definition.window.seconds;
    const objectives = definition.objectives.map((objective) =>
      prepareObjective(objective, defaultTiers(objective.target, period)),
    );
    this.#slos.set(record.slo, { entry: { ...record, definition }, definition, objectives });
    this.#inForce = undefined;
  }
}
