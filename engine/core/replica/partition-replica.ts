/**
 * What the engine knows of the SLOs of one partition of `valet_sli`, as that partition and the same one of
 * `valet_state` tell it. Independent of every other partition, so that it can be taken up by itself.
 *
 * Feed the state from its beginning to its end first, then `valet_sli` from `position` on, then both as they grow.
 * Records already contained in the state are skipped, so reading `valet_sli` from its beginning gives the same, slower.
 */
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import type { SliRecord } from '../../../schemas/records-sli.ts';
import type { StateProgressRecord, StateRecord } from '../../../schemas/records-state.ts';
import { decodeJson } from '../records/json-record.ts';
import { deletedAlert, deletedExclusion, isBlockKey } from '../records/state-keys.ts';
import type { BlockPlace } from '../slices/timeline.ts';
import type { AlertRecord, Exclusion } from '../types.ts';
import { AlertBook } from './alert-book.ts';
import { CountBook, type OnSlice } from './count-book.ts';
import type { DefinitionBook } from './definition-book.ts';
import { floorsAt, longestSeconds } from './retention.ts';

/** A record of one of the engine's topics; the log's stored records fit. */
export interface EngineRecord {
  readonly offset: number;
  readonly key: string | undefined;
  readonly value: Uint8Array;
}

export interface PartitionReplicaOptions {
  /** Decide how long the counts of an SLO are kept. */
  readonly definitions: DefinitionBook;
  readonly latenessSeconds: number;
  readonly onSlice?: OnSlice;
}

/** A block that is no longer kept, with whose it was. */
export interface ForgottenBlock extends BlockPlace {
  readonly owner:
    | {
        readonly slo: string;
        readonly generation: number;
        /** Of judged slices; else empty. */
        readonly rule: string;
        /** Of what exclusions took out. */
        readonly isExcluded: boolean;
      }
    | { readonly signal: Signal };
}

const DAYS_90 = 90 * 86_400;

/** See above. */
export class PartitionReplica {
  readonly counts: CountBook;
  readonly alertBook = new AlertBook();
  /** Last slice edge evaluated, by signal. */
  readonly evaluated = new Map<Signal, number>();
  readonly #options: PartitionReplicaOptions;
  #progress: StateProgressRecord | undefined;
  #position = 0;
  /** Whether counting has begun here: stored blocks are behind it then, or will be. */
  #isCounting = false;

  constructor(options: PartitionReplicaOptions) {
    this.#options = options;
    const { definitions, onSlice } = options;
    this.counts = new CountBook({ definitions, onSlice });
  }

  /** The next offset of `valet_sli` to feed. */
  get position(): number {
    return this.#position;
  }

  /** The last checkpoint's; undefined before any. */
  get progress(): StateProgressRecord | undefined {
    return this.#progress;
  }

  /**
   * Says that there is nothing to feed before the offset, as offsets may be skipped. From here on blocks of the state
   * are left out: what was stored has been read.
   */
  reached(offset: number): void {
    this.#position = offset;
    this.#isCounting = true;
  }

  /** Takes a record of `valet_sli`; false when it cannot be read or is contained already. */
  applySli(record: EngineRecord): boolean {
    if (record.offset < this.#position) return false;
    this.#position = record.offset + 1;
    this.#isCounting = true;
    const decoded = decodeJson<SliRecord>(record.value);
    if (decoded === undefined) return false;
    this.counts.apply(decoded);
    return true;
  }

  /** Takes a record of `valet_state`; false when it cannot be read or is not needed. */
  applyState({ key, value }: EngineRecord): boolean {
    if (key === undefined) return false;
    if (value.length === 0) {
      this.#takeDeleted(key);
      return true;
    }
    // Blocks are absolute, and behind what has been counted here.
    if (this.#isCounting && isBlockKey(key)) return false;
    const decoded = decodeJson<StateRecord<AlertRecord, Exclusion>>(value);
    if (decoded === undefined) return false;
    if (decoded.kind === 'alert') this.alertBook.put(decoded.alert);
    else if (decoded.kind === 'progress') this.#takeProgress(decoded);
    else this.#restore(decoded);
    return true;
  }

  /** Forgets what no window needs once a signal has been evaluated up to a slice; returns the blocks gone. */
  forget(signal: Signal, evaluatedSlice: number): readonly ForgottenBlock[] {
    const { definitions, latenessSeconds } = this.#options;
    const gone: ForgottenBlock[] = [];
    const floors = (windowSeconds: number) => floorsAt(evaluatedSlice, { latenessSeconds, windowSeconds });
    for (const counts of this.counts.all()) {
      const { slo, generation } = counts;
      const definition = definitions.get(slo)?.definition;
      if (definition !== undefined && definition.indicator.total.signal !== signal) continue;
      // What is forgotten here cannot be judged any more.
      // Of an SLO that nothing was heard of yet nobody knows what it needs.
      if (!definitions.hasHeardOf(slo)) continue;
      for (const rule of definitions.rulesOf(slo)) counts.judgedBy(rule);
      const wanted = floors(definition === undefined ? DAYS_90 : longestSeconds(definition));
      for (const { rule, timeline, isExcluded } of counts.timelines()) {
        const owner = { slo, generation, rule, isExcluded };
        gone.push(...timeline.forget(wanted).map((place) => ({ ...place, owner })));
      }
      counts.exclude(definitions.exclusionsOf(slo));
    }
    const places = this.counts.liveness[signal].timeline.forget(
      floors(Math.max(DAYS_90, definitions.longestSeconds(signal))),
    );
    return [...gone, ...places.map((place) => ({ ...place, owner: { signal } }))];
  }

  #restore(record: Exclude<StateRecord<AlertRecord, Exclusion>, { kind: 'alert' | 'progress' }>): void {
    if (record.kind === 'samples') {
      this.counts.of(record.slo, record.generation).samples.restore(record.samples);
    } else if (record.kind === 'alive') {
      this.counts.liveness[record.signal].timeline.restoreBlock(record, record.cells);
    } else if (record.kind === 'counts') {
      this.counts.of(record.slo, record.generation).timeline.all.restoreBlock(record, record.cells);
    } else if (record.kind === 'exclusions') {
      this.counts.of(record.slo, record.generation).restoreExclusions(record.exclusions);
    } else if (record.kind === 'excluded') {
      this.counts.of(record.slo, record.generation).restoreExcluded(record);
    } else if (record.kind === 'slices') {
      this.counts.of(record.slo, record.generation).restoreSlices(record);
    }
  }

  #takeDeleted(key: string): void {
    const alert = deletedAlert(key);
    if (alert !== undefined) this.alertBook.delete(alert);
    const deleted = this.#isCounting ? undefined : deletedExclusion(key);
    if (deleted === undefined) return;
    const counts = this.counts.of(deleted.slo, deleted.generation);
    if (deleted.block === undefined) counts.restoreExclusions([]);
    else counts.restoreExcluded({ ...deleted.block, cells: [] });
  }

  #takeProgress(progress: StateProgressRecord): void {
    this.#progress = progress;
    if (!this.#isCounting) {
      this.#position = progress.offset;
      for (const head of progress.heads) this.counts.setHead(head);
    }
    for (const signal of SIGNALS) {
      const slice = progress.evaluated[signal];
      if (slice === undefined) continue;
      this.evaluated.set(signal, slice);
      this.forget(signal, slice);
    }
  }
}
