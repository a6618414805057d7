/**
 * The engine's state as its topics tell it: definitions, counts, alerts. The evaluator feeds one and decides by it;
 * the query role feeds another and answers from it. Pure: no clock, no I/O.
 *
 * Feed `valet_definitions` and `valet_state` from their beginnings to their ends first, then `valet_sli` from
 * `position(partition)` on, then all three as they grow. Records already contained in the state are skipped, so
 * reading `valet_sli` from its beginning gives the same, slower.
 */
import { SIGNALS, type Signal, TOPIC_DEFINITIONS, TOPIC_SLI, TOPIC_STATE } from '../../schemas/names.ts';
import type { SliRecord } from '../../schemas/records-sli.ts';
import type { StateProgressRecord, StateRecord, Unwritten } from '../../schemas/records-state.ts';
import type { SloInstant } from './alerts/judge-tier.ts';
import type { PreparedObjective } from './alerts/prepare-objective.ts';
import { rankAlerts } from './alerts/tier-order.ts';
import { toNumber } from './budget/fraction.ts';
import type { StoredDefinitionRecord } from './records/definition-record.ts';
import { decodeJson } from './records/json-record.ts';
import { AlertBook } from './replica/alert-book.ts';
import { CountBook, type GenerationCounts, type OnSlice } from './replica/count-book.ts';
import { DefinitionBook, type KnownSlo } from './replica/definition-book.ts';
import { floorsAt } from './replica/retention.ts';
import { sliceFrom } from './slices/slice.ts';
import type { BlockPlace } from './slices/timeline.ts';
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

/** A record of one of the engine's topics; the log's stored records fit. */
export interface EngineRecord {
  readonly offset: number;
  readonly key: string | undefined;
  readonly value: Uint8Array;
}

export interface EngineReplicaOptions {
  /** How late an event may come; decides how long 10 s counts are kept. @default 600 */
  readonly latenessSeconds?: number;
  /** Told of every slice whose counts changed by a record of `valet_sli`. */
  readonly onSlice?: OnSlice;
}

/** A generation and the counts it has. */
export interface GenerationAt {
  readonly generation: number;
  readonly fromSlice: number;
  readonly counts: GenerationCounts;
}

/** A block that is no longer kept, with whose it was. */
export interface ForgottenBlock extends BlockPlace {
  readonly owner: { readonly slo: string; readonly generation: number } | { readonly signal: Signal };
}

/** See above. */
export class EngineReplica implements EngineView {
  readonly definitions = new DefinitionBook();
  readonly alertBook = new AlertBook();
  readonly counts: CountBook;
  /** Last slice edge evaluated, by signal. */
  readonly evaluated = new Map<Signal, number>();
  /** What was not in ClickHouse at the last checkpoint, by partition of `valet_sli`. */
  readonly unwritten = new Map<number, Unwritten>();
  readonly #latenessSeconds: number;
  readonly #positions = new Map<number, number>();
  /** Partitions of `valet_sli` from which records have been counted here: stored blocks are behind them. */
  #isCounting = false;

  constructor({ latenessSeconds = 600, onSlice }: EngineReplicaOptions = {}) {
    this.#latenessSeconds = latenessSeconds;
    this.counts = new CountBook(onSlice);
  }

  /**
   * Takes the next record of one of the engine's topics. Returns false for a record it cannot read or need not
   * (already contained in the state), true when it was taken.
   */
  apply(topic: string, record: EngineRecord, partition = 0): boolean {
    if (topic === TOPIC_SLI) return this.#applySli(record, partition);
    if (topic === TOPIC_STATE) return this.#applyState(record);
    if (topic === TOPIC_DEFINITIONS) return this.#applyDefinition(record);
    return false;
  }

  /** The next offset of a partition of `valet_sli` to feed. */
  position(partition = 0): number {
    return this.#positions.get(partition) ?? 0;
  }

  /** Forgets what no window needs once a signal has been evaluated up to a slice; returns the blocks gone. */
  forget(signal: Signal, evaluatedSlice: number): readonly ForgottenBlock[] {
    const latenessSeconds = this.#latenessSeconds;
    const gone: ForgottenBlock[] = [];
    const floors = (windowSeconds: number) => floorsAt(evaluatedSlice, { latenessSeconds, windowSeconds });
    for (const { slo, generation, timeline } of this.counts.all()) {
      const definition = this.definitions.get(slo)?.definition;
      if (definition !== undefined && definition.indicator.total.signal !== signal) continue;
      const places = timeline.forget(floors(definition?.window.seconds ?? DAYS_90));
      gone.push(...places.map((place) => ({ ...place, owner: { slo, generation } })));
    }
    const places = this.counts.liveness[signal].timeline.forget(floors(DAYS_90));
    return [...gone, ...places.map((place) => ({ ...place, owner: { signal } }))];
  }

  /** The generation a slice belongs to; the last one's for slices to come. */
  generationAt({ entry }: KnownSlo, slice: number): GenerationAt {
    const { generations, slo } = entry;
    const found = generations.findLast(({ fromSlice }) => fromSlice <= slice) ?? generations[0];
    const { generation, fromSlice } = found ?? { generation: 1, fromSlice: 0 };
    return { generation, fromSlice, counts: this.counts.of(slo, generation) };
  }

  /** The counts of an SLO at an instant, for evaluation. */
  instantOf(known: KnownSlo, at: GenerationAt, atMillis: number): SloInstant {
    const { definition } = known;
    return {
      timeline: at.counts.timeline,
      liveness: this.counts.liveness[definition.indicator.total.signal],
      generationFrom: at.fromSlice,
      minBadEvents: definition.minBadEvents,
      minCoverage: definition.minCoverage ?? 0,
      atMillis,
    };
  }

  slos(atMillis: number): readonly SloSummary[] {
    return this.definitions.inForce().flatMap((known) => {
      const [prepared] = known.objectives;
      return prepared === undefined ? [] : [this.#summary(known, prepared, atMillis)];
    });
  }

  status(slo: string, atMillis: number, objective?: string): SloStatus | undefined {
    const found = this.#find(slo, objective);
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
    const found = this.#find(slo, range.objective);
    if (found === undefined) return undefined;
    const { timeline } = this.generationAt(found.known, sliceFrom(range.toMillis) - 1).counts;
    const { target } = found.prepared.objective;
    const periodSeconds = found.known.definition.window.seconds;
    return sloSeries({ ...range, timeline, target, periodSeconds });
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
    return this.alertBook.newestFirst().filter(wanted).slice(0, limit);
  }

  definition(slo: string): SloDefinition | undefined {
    return this.definitions.get(slo)?.definition;
  }

  problems(): readonly DefinitionProblem[] {
    return this.definitions.problems();
  }

  #find(slo: string, objective?: string): { known: KnownSlo; prepared: PreparedObjective } | undefined {
    const known = this.definitions.get(slo);
    const prepared = known?.objectives.find(
      (candidate) => objective === undefined || candidate.objective.name === objective,
    );
    return known === undefined || prepared === undefined ? undefined : { known, prepared };
  }

  #status(known: KnownSlo, prepared: PreparedObjective, atMillis: number): SloStatus {
    const at = this.generationAt(known, sliceFrom(atMillis) - 1);
    return sloStatus({
      slo: known.entry.slo,
      generation: at.generation,
      periodSeconds: known.definition.window.seconds,
      prepared,
      instant: this.instantOf(known, at, atMillis),
      open: this.#ranked(known, atMillis),
    });
  }

  /** Alerts open at an instant, the one that fires first. */
  #ranked({ entry, objectives }: KnownSlo, atMillis: number): readonly AlertRecord[] {
    return rankAlerts(this.alertBook.openAt(entry.slo, atMillis), objectives);
  }

  #summary(known: KnownSlo, prepared: PreparedObjective, atMillis: number): SloSummary {
    const { definition, entry } = known;
    const status = this.#status(known, prepared, atMillis);
    // One alert of the SLO fires, of whichever objective: the list shows the first objective's figures only.
    const [firing] = this.#ranked(known, atMillis);
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
      remainingRatio: status.budget.remainingRatio,
      firing: firing === undefined ? [] : [firing.severity],
      problems: this.definitions.problemsOf(definition.file),
    };
  }

  #applySli(record: EngineRecord, partition: number): boolean {
    if (record.offset < this.position(partition)) return false;
    this.#positions.set(partition, record.offset + 1);
    this.#isCounting = true;
    const decoded = decodeJson<SliRecord>(record.value);
    if (decoded === undefined) return false;
    this.counts.apply(decoded, partition);
    return true;
  }

  #applyState(record: EngineRecord): boolean {
    if (record.value.length === 0) {
      if (record.key?.startsWith('alert|')) this.alertBook.delete(record.key.slice('alert|'.length));
      return record.key !== undefined;
    }
    const decoded = decodeJson<StateRecord<AlertRecord>>(record.value);
    if (decoded === undefined) return false;
    if (decoded.kind === 'alert') {
      this.alertBook.put(decoded.alert);
      return true;
    }
    if (decoded.kind === 'progress') this.#takeProgress(decoded);
    else if (!this.#isCounting) this.#restore(decoded);
    return true;
  }

  #restore(record: Exclude<StateRecord<AlertRecord>, { kind: 'alert' | 'progress' }>): void {
    if (record.kind === 'samples') {
      this.counts.of(record.slo, record.generation).samples.restore(record.samples);
      return;
    }
    const timeline =
      record.kind === 'alive'
        ? this.counts.liveness[record.signal].timeline
        : this.counts.of(record.slo, record.generation).timeline;
    timeline.restoreBlock(record, record.cells);
  }

  #takeProgress({ partition, offset, heads, evaluated, unwritten = {} }: StateProgressRecord): void {
    this.unwritten.set(partition, unwritten);
    if (!this.#isCounting) {
      this.#positions.set(partition, offset);
      for (const head of heads) this.counts.setHead(partition, head);
    }
    for (const signal of SIGNALS) {
      const slice = evaluated[signal];
      if (slice === undefined) continue;
      this.evaluated.set(signal, slice);
      this.forget(signal, slice);
    }
  }

  #applyDefinition(record: EngineRecord): boolean {
    if (record.key === undefined) return false;
    if (record.value.length === 0) {
      this.definitions.apply(record.key, undefined);
      return true;
    }
    const decoded = decodeJson<StoredDefinitionRecord>(record.value);
    if (decoded === undefined) return false;
    this.definitions.apply(record.key, decoded);
    return true;
  }
}

const DAYS_90 = 90 * 86_400;
