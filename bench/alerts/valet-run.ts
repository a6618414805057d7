/**
 * Valet's own rules, run by its own code: an SLO file is loaded, slices go into the replica of the engine's state, and
 * instants are evaluated as the evaluator does.
 *
 * Only the slice edges at which something can happen are evaluated: those at which both windows of a tier that is not
 * open are above its factor, or the short window of an open one no longer is, told from the engine's own window edges
 * and comparison. At all others the engine would find nothing to begin and nothing to end; `everyEdge` evaluates them
 * too, and a test compares.
 */
import type { PreparedTier } from '../../engine/core/alerts/prepare-objective.ts';
import { loadDefinitions } from '../../engine/core/definitions/load-definitions.ts';
import { evaluateInstant } from '../../engine/core/evaluation/evaluate-instant.ts';
import { planDefinition } from '../../engine/core/generations/plan-generations.ts';
import { definitionKey, storeDefinition } from '../../engine/core/records/definition-record.ts';
import type { KnownSlo } from '../../engine/core/replica/definition-book.ts';
import { EngineReplica } from '../../engine/core/replica.ts';
import { SLICE_SECONDS, sliceAt, sliceMillis } from '../../engine/core/slices/slice.ts';
import { windowEdges } from '../../engine/core/slices/window-edges.ts';
import type { AlertRecord } from '../../engine/core/types.ts';
import { alertLabels, labelsKey } from '../../engine/delivery/alert-labels.ts';
import { Firings } from './firings.ts';
import { sloFile } from './slo-file.ts';
import type { EventCounts } from './traffic/event-counts.ts';
import { START_MILLIS, TICK_SECONDS } from './traffic/ticks.ts';
import type { Firing } from './types.ts';

/** Ticks of the simulator in a slice. */
export const TICKS_PER_SLICE = SLICE_SECONDS / TICK_SECONDS;
const FIRST_SLICE = sliceAt(START_MILLIS);
/** Nothing is forgotten here, and events count by themselves. */
const EDGES = { floors: [0, 0, 0], unitSlices: 1 } as const;

export interface ValetOptions {
  /** As an SLO file has it: `0.999`. */
  readonly target: string;
  /** Of `valet/min-bad-events`; absent: what Valet does without. */
  readonly minBadEvents?: number;
  /** Evaluates at every slice edge, needed or not. @default false */
  readonly everyEdge?: boolean;
}

/** What came of one service. */
export interface ValetHistory {
  /** What Alertmanager is told. */
  readonly firings: readonly Firing[];
  /** Every tier that opened, inhibited ones too. */
  readonly tiers: readonly AlertRecord[];
}

/** One SLO with the counts of one service; see above. */
export class ValetRun {
  readonly #counts: EventCounts;
  readonly #everyEdge: boolean;
  readonly #replica = new EngineReplica();
  readonly #known: KnownSlo;
  readonly #tiers: readonly PreparedTier[];
  readonly #firings = new Firings();
  /** Slices that the longest short window reaches back, and the longest of all. */
  readonly #shortReach: number;
  readonly #longReach: number;
  /** Slices before this one are in the replica. */
  #filledTo = 0;
  #openTiers: ReadonlySet<PreparedTier> = new Set();
  /** The alert that fires at the target. */
  #firing: string | undefined;

  constructor(counts: EventCounts, { target, minBadEvents, everyEdge = false }: ValetOptions) {
    this.#counts = counts;
    this.#everyEdge = everyEdge;
    this.#known = define(this.#replica, sloFile(target, minBadEvents));
    this.#tiers = this.#known.objectivesAt(START_MILLIS).flatMap(({ tiers }) => tiers);
    this.#shortReach = reachOf(this.#tiers.map(({ shortSeconds }) => shortSeconds));
    this.#longReach = reachOf(this.#tiers.map(({ longSeconds }) => longSeconds));
  }

  /** Evaluates the edge at the begin of a slice, counted from tick 0; edges come in ascending order. */
  advance(edge: number): void {
    const atMillis = sliceMillis(FIRST_SLICE + edge);
    if (!this.#everyEdge && !this.#canChange(edge, atMillis)) return;
    this.#fill(edge);
    const changes = evaluateInstant(this.#replica, { slos: [this.#known], atMillis, nowMillis: atMillis });
    if (changes.length > 0) this.#tell(edge * SLICE_SECONDS);
  }

  /** What came of it so far. */
  history(): ValetHistory {
    const tiers = this.#alertBook.ofSlo(this.#known.entry.slo);
    return { firings: this.#firings.all(), tiers };
  }

  get #alertBook() {
    return this.#replica.home(this.#known.entry.slo).alertBook;
  }

  #canChange(edge: number, atMillis: number): boolean {
    // Without an error in any short window none is above.
    const hasBad = this.#counts.bad((edge - this.#shortReach) * TICKS_PER_SLICE, edge * TICKS_PER_SLICE) > 0;
    if (!hasBad && this.#openTiers.size === 0) return false;
    const isAbove = (tier: PreparedTier, seconds: number) => {
      const { from, to } = windowEdges(seconds, atMillis, EDGES);
      return tier.isAbove(this.#sum(from - FIRST_SLICE, to - FIRST_SLICE));
    };
    return this.#tiers.some((tier) => {
      const isShortAbove = isAbove(tier, tier.shortSeconds);
      return this.#openTiers.has(tier) ? !isShortAbove : isShortAbove && isAbove(tier, tier.longSeconds);
    });
  }

  #sum(from: number, to: number) {
    return this.#counts.sum(from * TICKS_PER_SLICE, to * TICKS_PER_SLICE);
  }

  /**
   * Gives the replica what was counted before the edge, as records of `valet_sli` do; only what a tier's window still
   * reaches, so the budget in the texts of alerts, which nothing here reads, is not that of the whole period.
   */
  #fill(edge: number): void {
    const { slo } = this.#known.entry;
    const generation = this.#known.entry.generations.at(-1)?.generation ?? 1;
    const { counts } = this.#replica.home(slo);
    if (!this.#everyEdge) this.#filledTo = Math.max(this.#filledTo, edge - this.#longReach);
    for (; this.#filledTo < edge; this.#filledTo += 1) {
      const { good, total } = this.#sum(this.#filledTo, this.#filledTo + 1);
      if (total === 0) continue;
      const slice = FIRST_SLICE + this.#filledTo;
      counts.apply({ kind: 'counts', slo, generation, slices: [[slice, good, total, 0]] });
    }
  }

  /** The alert that is sent is the one not inhibited, under the labels it is sent with. */
  #tell(seconds: number): void {
    const open = this.#alertBook.open(this.#known.entry.slo);
    this.#openTiers = new Set(this.#tiers.filter((tier) => open.some((alert) => isOf(alert, tier))));
    const sent = open.find(({ state }) => state === 'firing');
    const alert = sent && labelsKey(alertLabels(sent));
    if (this.#firing !== undefined && this.#firing !== alert) this.#firings.end(this.#firing, seconds);
    if (sent !== undefined && alert !== undefined) this.#firings.begin(alert, sent.severity, seconds);
    this.#firing = alert;
  }
}

/** Slices of the longest of some windows, whose old edge is rounded by up to 15 min. */
function reachOf(windowSeconds: readonly number[]): number {
  return Math.max(0, ...windowSeconds) / SLICE_SECONDS + 90;
}

function isOf(alert: AlertRecord, tier: PreparedTier): boolean {
  return alert.severity === tier.severity && alert.longWindow === tier.longWindow;
}

function define(replica: EngineReplica, text: string): KnownSlo {
  const { definitions, problems } = loadDefinitions([{ path: 'bench.yaml', text }]);
  const [definition] = definitions;
  if (definition === undefined) throw new Error(`Cannot read the SLO: ${JSON.stringify(problems)}`);
  const entry = planDefinition(undefined, definition, { nextSlice: 0, hasData: false });
  replica.definitions.apply(definitionKey(entry.slo), { ...entry, definition: storeDefinition(definition) });
  const known = replica.definitions.get(entry.slo);
  if (known === undefined) throw new Error(`Cannot find the SLO ${entry.slo}`);
  return known;
}
