/**
 * Pyrra's default alerts: four windows stretched from 28 days to the SLO's, factors 14, 7, 2 and 1, each with a `for`,
 * the first two critical, the others warnings; each an alert with labels of its own. Recordings and alerts are one
 * group, run every 30 s.
 *
 * Sources: `Windows` and `Burnrates` in slo/rules.go of https://github.com/pyrra-dev/pyrra, v0.9.5. Its alerts for
 * absent metrics are left out, as nothing here stops sending.
 */
import type { Severity } from '../../../engine/core/types.ts';
import type { Random } from '../../payload/random.ts';
import { PERIOD_DAYS } from '../types.ts';
import { type BurnAlert, BurnAlerts, drawPhases, type Phases } from './burn-alerts.ts';

const MINUTE = 60;
const PERIOD_MINUTES = PERIOD_DAYS * 24 * 60;

interface Window {
  readonly severity: Severity;
  readonly factor: number;
  /** Of the SLO's window. */
  readonly forPart: number;
  readonly shortPart: number;
  readonly longPart: number;
}

/** For 28 days: 2m 5m 1h, 15m 30m 6h, 1h 2h 1d, 3h 6h 4d. */
const WINDOWS: readonly Window[] = [
  { severity: 'page', factor: 14, forPart: 28 * 24 * 30, shortPart: 28 * 24 * 12, longPart: 28 * 24 },
  { severity: 'page', factor: 7, forPart: 28 * 24 * 4, shortPart: 28 * 24 * 2, longPart: 28 * 4 },
  { severity: 'ticket', factor: 2, forPart: 28 * 24, shortPart: 28 * 12, longPart: 28 },
  { severity: 'ticket', factor: 1, forPart: 28 * 8, shortPart: 28 * 4, longPart: 7 },
];

/** Its four alerts for a target, a ratio, with the floating point it computes them in; critical is a page here. */
export function pyrraAlerts(target: number): readonly BurnAlert[] {
  return WINDOWS.map(({ severity, factor, forPart, shortPart, longPart }) => ({
    name: `${severity} ${factor}`,
    severity,
    forSeconds: partSeconds(forPart),
    anyOf: [
      {
        shortSeconds: partSeconds(shortPart),
        longSeconds: partSeconds(longPart),
        above: factor * (1 - target),
      },
    ],
  }));
}

/** A part of the SLO's window, rounded to whole minutes. */
function partSeconds(part: number): number {
  return Math.round(PERIOD_MINUTES / part) * MINUTE;
}

/** Pyrra's rules for one service. */
export function pyrraSystem(target: number, phases: Random | Phases): BurnAlerts {
  const drawn = 'scrape' in phases ? phases : drawPhases(phases, true);
  return new BurnAlerts('Pyrra', pyrraAlerts(target), drawn);
}
