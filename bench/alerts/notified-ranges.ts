/** What a person on call gets: alerts of a severity as one notification per SLO. */
import type { Severity } from '../../engine/core/types.ts';
import type { Firing } from './types.ts';

/** Half-open; null: not over yet. */
export interface NotifiedRange {
  readonly fromSeconds: number;
  readonly toSeconds: number | null;
}

/**
 * Firings of a severity, those that overlap or touch merged: an Alertmanager that groups by SLO notifies once for
 * them, in each of the systems.
 */
export function notifiedRanges(firings: readonly Firing[], severity: Severity): readonly NotifiedRange[] {
  const ranges: NotifiedRange[] = [];
  for (const firing of firings.filter((each) => each.severity === severity)) {
    const last = ranges.at(-1);
    if (last === undefined || (last.toSeconds !== null && last.toSeconds < firing.fromSeconds)) {
      ranges.push(firing);
    } else ranges[ranges.length - 1] = { fromSeconds: last.fromSeconds, toSeconds: later(last, firing) };
  }
  return ranges;
}

function later(a: NotifiedRange, b: NotifiedRange): number | null {
  return a.toSeconds === null || b.toSeconds === null ? null : Math.max(a.toSeconds, b.toSeconds);
}
