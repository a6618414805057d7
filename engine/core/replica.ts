/**
 * The engine's state as its topics tell it: definitions, and the partitions of `valet_sli` with their counts and
 * alerts. The evaluator feeds those it owns and decides by them; the query role feeds all and answers from them.
 * Pure: no clock, no I/O.
 *
 * Feed `valet_definitions` as it grows, and each partition as `PartitionReplica` says.
 */
import { type Signal, TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import { firingOf, ofKind } from './alerts/alert-lanes.ts';
import { objectiveInstant, type SloInstant } from './alerts/judge-tier.ts';
import type { PreparedObjective } from './alerts/prepare-objective.ts';
import { rankAlerts } from './alerts/tier-order.ts';
import { toNumber } from './budget/fraction.ts';
import type { StoredDefinitionRecord } from './records/definition-record.ts';
import { decodeJson } from './records/json-record.ts';
import { newestFirst } from './replica/alert-book.ts';
import { DefinitionBook, type KnownSlo } from './replica/definition-book.ts';
import { type GenerationCounts, measureOf } from './replica/generation-counts.ts';
import { type EngineRecord, PartitionReplica } from './replica/partition-replica.ts';
import { sliceFrom } from './slices/slice.ts';
import { sloSeries } from './status/slo-series.ts';
import { sloStatus } from './status/slo-status.ts';
import type {
  AlertRecord,
  DefinitionProblem,
  EngineView,
  SeriesPoint,
  SloDefinition,
  SloStatus,
  SloSummary,
} from './types.ts';

/** A slice whose counts changed. */
export interface ChangedSlice {
  /** Of `valet_sli`. */
  readonly partition: number;
  readonly slo: string;
  readonly generation: number;
  readonly slice: number;
}

export interface EngineReplicaOptions {
  /** How late an event may come; decides how long 10 s counts are kept. @default 600 */
  readonly latenessSeconds?: number;
  /** Told of every slice whose counts changed by a record of `valet_sli`. */
  readonly onSlice?: (changed: ChangedSlice) => void;
}

/** A generation and the counts it has. */
export interface GenerationAt {
  readonly generation: number;
  readonly fromSlice: number;
  readonly counts: GenerationCounts;
}

/** See above. */
export class EngineReplica implements EngineView {
  readonly definitions = new DefinitionBook();
  readonly #latenessSeconds: number;
  readonly #onSlice: EngineReplicaOptions['onSlice'];
  readonly #partitions = new Map<number, PartitionReplica>();
  #partitionOf: (slo: string) => number = () => 0;
  /** SLOs in force by their partition and signal, as of a version of the definitions. */
  #homes: { readonly version: number; readonly slos: ReadonlyMap<string, readonly KnownSlo[]> } | undefined;

  constructor({ latenessSeconds = 600, onSlice }: EngineReplicaOptions = {}) {
    this.#latenessSeconds = latenessSeconds;
    this.#onSlice = onSlice;
  }

  /** Tells which partition an SLO belongs to; before, all belong to partition 0. */
  placeBy(partitionOf: (slo: string) => number): void {
    this.#partitionOf = partitionOf;
    this.#homes = undefined;
  }

  /**
   * Takes the next record of one of the engine's topics. Returns false for a record it cannot read or need not
   * (already contained in the state), true when it was taken.
   */
  apply(topic: string, record: EngineRecord, partition = 0): boolean {
    if (topic === TOPIC_SLI) return this.partition(partition).applySli(record);
    if (topic === TOPIC_STATE) return this.partition(partition).applyState(record);
    if (topic === TOPIC_DEFINITIONS) return this.#applyDefinition(record);
    return false;
  }

  /** What is known of a partition of `valet_sli`; empty when nothing is. */
  partition(partition: number): PartitionReplica {
    return this.#partitions.get(partition) ?? this.renew(partition);
  }

  /** Forgets what is known of a partition; returns its new, empty state. */
  renew(partition: number): PartitionReplica {
    const onSlice = this.#onSlice;
    const made = new PartitionReplica({
      definitions: this.definitions,
      latenessSeconds: this.#latenessSeconds,
      ...(onSlice && { onSlice: (slo, generation, slice) => onSlice({ partition, slo, generation, slice }) }),
    });
    this.#partitions.set(partition, made);
    return made;
  }

  /** Forgets a partition. */
  drop(partition: number): void {
    this.#partitions.delete(partition);
  }

  /** The next offset of a partition of `valet_sli` to feed. */
  position(partition = 0): number {
    return this.partition(partition).position;
  }

  /** See `PartitionReplica.reached`. */
  reached(partition: number, offset: number): void {
    this.partition(partition).reached(offset);
  }

  /** The SLOs in force of a signal that belong to a partition. */
  slosOf(partition: number, signal: Signal): readonly KnownSlo[] {
    const { version } = this.definitions;
    if (this.#homes?.version !== version) {
      const slos = Map.groupBy(this.definitions.inForce(), ({ entry, definition }) =>
        homeKey(this.#partitionOf(entry.slo), definition.indicator.total.signal),
      );
      this.#homes = { version, slos };
    }
    return this.#homes.slos.get(homeKey(partition, signal)) ?? [];
  }

  /** The partition an SLO belongs to. */
  partitionOf(slo: string): number {
    return this.#partitionOf(slo);
  }

  /** The state of the partition an SLO belongs to. */
  home(slo: string): PartitionReplica {
    return this.partition(this.#partitionOf(slo));
  }

  /** The generation a slice belongs to; the last one's for slices to come. */
  generationAt({ entry }: KnownSlo, slice: number): GenerationAt {
    const { generations, slo } = entry;
    const found = generations.findLast(({ fromSlice }) => fromSlice <= slice) ?? generations[0];
    const { generation, fromSlice } = found ?? { generation: 1, fromSlice: 0 };
    const counts = this.home(slo).counts.of(slo, generation);
    counts.exclude(this.definitions.exclusionsOf(slo));
    return { generation, fromSlice, counts };
  }

  /** The counts of an SLO at an instant, for evaluation. */
  instantOf({ definition, entry }: KnownSlo, at: GenerationAt, atMillis: number): SloInstant {
    return {
      events: at.counts.timeline,
      measureOf: (objective) => measureOf(at.counts, objective),
      liveness: this.home(entry.slo).counts.liveness[definition.indicator.total.signal],
      generationFrom: at.fromSlice,
      minBadEvents: definition.minBadEvents,
      minEvents: definition.minEvents ?? 0,
      minCoverage: definition.minCoverage ?? 0,
      atMillis,
    };
  }

  slos(atMillis: number): readonly SloSummary[] {
    return this.definitions.inForce().flatMap((known) => {
      const [prepared] = known.objectivesAt(atMillis);
      return prepared === undefined ? [] : [this.#summary(known, prepared, atMillis)];
    });
  }

  status(slo: string, atMillis: number, objective?: string): SloStatus | undefined {
    const found = this.#find(slo, atMillis, objective);
    return found && this.#status(found.known, found.prepared, atMillis);
  }

  series(
    slo: string,
    range: {
      readonly fromMillis: number;
      readonly toMillis: number;
      readonly maxPoints: number;
      readonly objective?: string;
    },
  ): readonly SeriesPoint[] | undefined {
    const found = this.#find(slo, range.toMillis, range.objective);
    if (found === undefined) return undefined;
    const { counts, fromSlice } = this.generationAt(found.known, sliceFrom(range.toMillis) - 1);
    const { objective } = found.prepared;
    const { target } = objective;
    const { window } = found.known.definition;
    const measure = measureOf(counts, objective);
    return sloSeries({ ...range, measure, target, window, generationFrom: fromSlice });
  }

  alerts(filter: {
    readonly slo?: string;
    readonly service?: string;
    readonly openOnly?: boolean;
    readonly limit: number;
  }): readonly AlertRecord[] {
    const { slo, service, openOnly = false, limit } = filter;
    const wanted = (alert: AlertRecord): boolean =>
      (slo === undefined || alert.slo === slo) &&
      (service === undefined || alert.service === service) &&
      (!openOnly || alert.endedAt === null);
    const all = [...this.#partitions.values()].flatMap(({ alertBook }) => [...alertBook.all()]);
    return all.filter(wanted).sort(newestFirst).slice(0, limit);
  }

  definition(slo: string): SloDefinition | undefined {
    return this.definitions.get(slo)?.definition;
  }

  problems(): readonly DefinitionProblem[] {
    return this.definitions.problems();
  }

  #find(
    slo: string,
    atMillis: number,
    objective?: string,
  ): { known: KnownSlo; prepared: PreparedObjective } | undefined {
    const known = this.definitions.get(slo);
    const prepared = known
      ?.objectivesAt(atMillis)
      .find((candidate) => objective === undefined || candidate.objective.name === objective);
    return known === undefined || prepared === undefined ? undefined : { known, prepared };
  }

  #status(known: KnownSlo, prepared: PreparedObjective, atMillis: number): SloStatus {
    const at = this.generationAt(known, sliceFrom(atMillis) - 1);
    return sloStatus({
      slo: known.entry.slo,
      generation: at.generation,
      window: known.definition.window,
      secondWindow: known.definition.secondWindow,
      prepared,
      instant: objectiveInstant(this.instantOf(known, at, atMillis), prepared.objective),
      lateIn: ({ from, to }) => at.counts.timeline.sum(from, to).late,
      open: rankAlerts(ofKind(this.#openAt(known, atMillis), 'burn'), known.definition.objectives),
    });
  }

  #openAt({ entry: { slo } }: KnownSlo, atMillis: number): readonly AlertRecord[] {
    return this.home(slo).alertBook.openAt(slo, atMillis);
  }

  #summary(known: KnownSlo, prepared: PreparedObjective, atMillis: number): SloSummary {
    const { definition, entry } = known;
    const status = this.#status(known, prepared, atMillis);
    // Of whichever objective: the list shows the first objective's figures only.
    const firing = firingOf(this.#openAt(known, atMillis), definition.objectives);
    return {
      name: entry.slo,
      displayName: definition.displayName,
      service: definition.service,
      description: definition.description,
      dimension: definition.dimension ?? null,
      objective: prepared.objective.name,
      target: toNumber(prepared.objective.target),
      window: definition.window.text,
      state: status.state,
      sli: status.sli,
      remainingRatio: status.budget.periodRemainingRatio ?? status.budget.remainingRatio,
      firing: [...new Set(firing.map(({ severity }) => severity))],
      problems: this.definitions.problemsOf(definition.file),
    };
  }

  #applyDefinition(record: EngineRecord): boolean {
    if (record.key === undefined) return false;
    if (record.value.length === 0) return this.definitions.apply(record.key, undefined);
    const decoded = decodeJson<StoredDefinitionRecord>(record.value);
    return decoded !== undefined && this.definitions.apply(record.key, decoded);
  }
}

function homeKey(partition: number, signal: Signal): string {
  return `${partition}/${signal}`;
}
