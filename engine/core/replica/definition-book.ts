/** The SLOs in force with their generations, and what is wrong with files. Fed by `valet_definitions`. */

import type { Signal } from '../../../schemas/names.ts';
import { type PreparedObjective, prepareObjective } from '../alerts/prepare-objective.ts';
import { tiersOf } from '../budget/tiers.ts';
import { ExclusionCalendar } from '../exclusions/exclusion-calendar.ts';
import {
  type DefinitionEntry,
  restoreDefinition,
  type StoredDefinitionRecord,
} from '../records/definition-record.ts';
import { distinctRules } from '../slices/time-slices.ts';
import { periodSecondsAt } from '../status/read-window.ts';
import type { DefinitionProblem, SloDefinition, TimeSlices } from '../types.ts';
import { longestSeconds } from './retention.ts';

/** An SLO with what its status is computed from. */
export interface KnownSlo {
  readonly entry: DefinitionEntry;
  readonly definition: SloDefinition;
  /** undefined without any. */
  readonly exclusions: ExclusionCalendar | undefined;
  /** By which time slices are judged, each once. */
  readonly rules: readonly TimeSlices[];
  /** The objectives with the tiers of the window's length at an instant: the months of a calendar differ. */
  readonly objectivesAt: (atMillis: number) => readonly PreparedObjective[];
}

/** Definitions and problems by key; see above. */
export class DefinitionBook {
  readonly #slos = new Map<string, KnownSlo>();
  readonly #problems = new Map<string, readonly DefinitionProblem[]>();
  #inForce: readonly KnownSlo[] | undefined;
  #longest: { readonly version: number; readonly bySignal: ReadonlyMap<Signal, number> } | undefined;
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

  /** The rules by which the time slices of an SLO are judged, each once. */
  rulesOf(slo: string): readonly TimeSlices[] {
    return this.#slos.get(slo)?.rules ?? [];
  }

  /** What the exclusions of an SLO take out; undefined without any. */
  exclusionsOf(slo: string): ExclusionCalendar | undefined {
    return this.#slos.get(slo)?.exclusions;
  }

  /** Whether there is, or was, such an SLO. */
  hasHeardOf(slo: string): boolean {
    return this.#slos.has(slo);
  }

  /** Seconds of the longest window of a signal's SLOs in force. */
  longestSeconds(signal: Signal): number {
    if (this.#longest?.version !== this.#version) {
      const bySignal = new Map<Signal, number>();
      for (const { definition } of this.inForce()) {
        const { signal: of } = definition.indicator.total;
        bySignal.set(of, Math.max(bySignal.get(of) ?? 0, longestSeconds(definition)));
      }
      this.#longest = { version: this.#version, bySignal };
    }
    return this.#longest.bySignal.get(signal) ?? 0;
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
    const objectivesAt = preparedBy(definition);
    const rules = distinctRules(definition.objectives.flatMap(({ slices }) => slices ?? []));
    const exclusions = definition.exclusions && new ExclusionCalendar(definition.exclusions);
    const entry = { ...record, definition };
    this.#slos.set(record.slo, { entry, definition, rules, exclusions, objectivesAt });
    this.#inForce = undefined;
  }
}

/** Prepares objectives once for each length of the window; months have four. */
function preparedBy(definition: SloDefinition): KnownSlo['objectivesAt'] {
  const byPeriod = new Map<number, readonly PreparedObjective[]>();
  return (atMillis) => {
    const seconds = periodSecondsAt(definition.window, atMillis);
    let prepared = byPeriod.get(seconds);
    if (prepared === undefined) {
      prepared = definition.objectives.map((objective) =>
        prepareObjective(objective, tiersOf(definition, objective, seconds)),
      );
      byPeriod.set(seconds, prepared);
    }
    return prepared;
  };
}
