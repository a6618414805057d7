/** How well a system did in one incident. */
import type { Severity } from '../../../engine/core/types.ts';
import { notifiedRanges } from '../notified-ranges.ts';
import type { EventCounts } from '../traffic/event-counts.ts';
import { TICK_SECONDS } from '../traffic/ticks.ts';
import type { Firing } from '../types.ts';

/** When the fault was there, seconds since tick 0, and what it could spend. */
export interface Incident {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly counts: EventCounts;
  /** Bad events that are the budget of the whole period. */
  readonly budgetEvents: number;
}

export interface IncidentScore {
  /** The first page, or the first ticket when there was none; null: nobody was told. */
  readonly told: {
    readonly severity: Severity;
    readonly afterSeconds: number;
    /** Of the period's budget, spent since the fault began. */
    readonly budgetSpent: number;
  } | null;
  /** From the end of the fault to the end of the last page; 0 when it was over before; null without a page. */
  readonly resetSeconds: number | null;
  /** Pages, those at the same time as one. */
  readonly pages: number;
  /** Alerts of any severity, each that begins. */
  readonly alerts: number;
}

/** Scores the firings that began with the fault or after it. */
export function scoreIncident(all: readonly Firing[], incident: Incident): IncidentScore {
  const firings = all.filter(({ fromSeconds }) => fromSeconds >= incident.fromSeconds);
  const pages = notifiedRanges(firings, 'page');
  const first = firings.find(({ severity }) => severity === 'page') ?? firings[0];
  return {
    told: first === undefined ? null : toldBy(first, incident),
    resetSeconds: resetSeconds(pages, incident),
    pages: pages.length,
    alerts: firings.length,
  };
}

function toldBy({ severity, fromSeconds }: Firing, { counts, ...incident }: Incident): IncidentScore['told'] {
  const [from, to] = [incident.fromSeconds, fromSeconds].map((seconds) => seconds / TICK_SECONDS);
  return {
    severity,
    afterSeconds: fromSeconds - incident.fromSeconds,
    budgetSpent: counts.bad(from ?? 0, to ?? 0) / incident.budgetEvents,
  };
}

function resetSeconds(
  pages: readonly { readonly toSeconds: number | null }[],
  { toSeconds, counts }: Incident,
): number | null {
  if (pages.length === 0) return null;
  const ends = pages.map((page) => page.toSeconds ?? counts.ticks * TICK_SECONDS);
  return Math.max(0, Math.max(...ends) - toSeconds);
}
