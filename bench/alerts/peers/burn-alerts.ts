/**
 * Burn-rate alerts on Prometheus, as rule files of other SLO generators make them. What is modelled:
 *
 * 1. Two counters, errors and requests, that exist from the beginning and are never reset, scraped every 15 s. A rate
 *    over a window is the increase between its first and its last sample, so up to two scrapes of it are not seen;
 *    extrapolation is the same for both counters and falls out of their ratio.
 * 2. Rules run every 30 s. Recorded ratios may be older than the alert that reads them, when they are in another group.
 * 3. `for`: the condition held at every run since; one run without it and the alert is over, or starts waiting anew.
 * 4. No requests: NaN, which is above nothing.
 *
 * Scrapes and groups begin at instants of their own, by a seed, as Prometheus spreads them.
 */
import type { Severity } from '../../../engine/core/types.ts';
import type { Random } from '../../payload/random.ts';
import { Firings } from '../firings.ts';
import type { EventCounts } from '../traffic/event-counts.ts';
import { TICK_SECONDS, ticksOf } from '../traffic/ticks.ts';
import type { AlertingSystem, Firing } from '../types.ts';

/** What Prometheus' own example configuration has; Prometheus' default is 60 s, that of its operator 30 s. */
const SCRAPE_SECONDS = 15;
/** What Pyrra writes into its rule groups; Sloth writes none, and this is the default of Prometheus' operator. */
const RULES_SECONDS = 30;

/** Both windows above a limit. */
export interface BurnCondition {
  readonly shortSeconds: number;
  readonly longSeconds: number;
  /** Error ratio. */
  readonly above: number;
}

/** One alerting rule. */
export interface BurnAlert {
  readonly name: string;
  readonly severity: Severity;
  readonly forSeconds: number;
  /** One of them is enough. */
  readonly anyOf: readonly BurnCondition[];
}

/** When scrapes and groups run: ticks after tick 0. */
export interface Phases {
  readonly scrape: number;
  readonly recordings: number;
  readonly alerts: number;
}

/** Phases by chance; of rules in one group both are the same. */
export function drawPhases(random: Random, isOneGroup: boolean): Phases {
  const recordings = random.below(ticksOf(RULES_SECONDS));
  const alerts = isOneGroup ? recordings : random.below(ticksOf(RULES_SECONDS));
  return { scrape: random.below(ticksOf(SCRAPE_SECONDS)), recordings, alerts };
}

/** See above. */
export class BurnAlerts implements AlertingSystem {
  readonly name: string;
  readonly #alerts: readonly BurnAlert[];
  readonly #phases: Phases;

  constructor(name: string, alerts: readonly BurnAlert[], phases: Phases) {
    this.name = name;
    this.#alerts = alerts;
    this.#phases = phases;
  }

  play(counts: EventCounts, fromTick: number): readonly Firing[] {
    const every = ticksOf(RULES_SECONDS);
    const firings = new Firings();
    /** Since when each alert's condition holds. */
    const since = new Map<BurnAlert, number>();
    const first = lastBefore(fromTick + every - 1, this.#phases.alerts, every);
    const longestShort = Math.max(
      ...this.#alerts.flatMap(({ anyOf }) => anyOf.map((each) => each.shortSeconds)),
    );
    for (let tick = first; tick <= counts.ticks; tick += every) {
      // Without an error in any short window no condition holds.
      const hasBad = counts.bad(tick - every - ticksOf(longestShort), tick) > 0;
      if (!hasBad && since.size === 0) continue;
      const recorded = lastBefore(tick, this.#phases.recordings, every);
      for (const alert of this.#alerts) {
        if (!alert.anyOf.some((condition) => this.#holds(counts, recorded, condition))) {
          since.delete(alert);
          firings.end(alert.name, tick * TICK_SECONDS);
          continue;
        }
        const start = since.get(alert) ?? tick;
        since.set(alert, start);
        if ((tick - start) * TICK_SECONDS < alert.forSeconds) continue;
        firings.begin(alert.name, alert.severity, tick * TICK_SECONDS);
      }
    }
    return firings.all();
  }

  #holds(counts: EventCounts, tick: number, { shortSeconds, longSeconds, above }: BurnCondition): boolean {
    return this.#ratio(counts, tick, shortSeconds) > above && this.#ratio(counts, tick, longSeconds) > above;
  }

  /** Of the samples in (tick − window, tick]; NaN without requests or with fewer than two samples. */
  #ratio(counts: EventCounts, tick: number, seconds: number): number {
    const every = ticksOf(SCRAPE_SECONDS);
    const last = lastBefore(tick, this.#phases.scrape, every);
    const before = lastBefore(tick - ticksOf(seconds), this.#phases.scrape, every);
    const first = Math.max(before + every, this.#phases.scrape);
    if (first >= last) return Number.NaN;
    const { good, total } = counts.sum(first, last);
    return (total - good) / total;
  }
}

/** The last tick at or before one that a thing with this phase runs at. */
function lastBefore(tick: number, phase: number, every: number): number {
  return Math.floor((tick - phase) / every) * every + phase;
}
