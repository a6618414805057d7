/** What an SLO means, in words and figures, for those who review it. */

import { formatSeconds } from '../budget/format-seconds.ts';
import { complement, fraction, multiply, toNumber } from '../budget/fraction.ts';
import { secondsToFire, secondsToReset } from '../budget/seconds-to-fire.ts';
import { spokenSeconds } from '../budget/spoken-seconds.ts';
import { type Tier, tierName, tiersOf } from '../budget/tiers.ts';
import { periodSecondsAt } from '../status/read-window.ts';
import type { Fraction, Objective, RatioIndicator, SloDefinition } from '../types.ts';
import { exclusionWords, percent, shown, sliceWords, sourceWords, windowWords } from './slo-words.ts';

const OUTAGE = fraction(1, 1);
const TENTH = fraction(1, 10);

/** Several lines, the last one without an end. The figures of a calendar window are those of the period at the instant. */
export function explainSlo(slo: SloDefinition, atMillis: number): string {
  const { name, displayName, service, dimension, file, description, window } = slo;
  const about = [`service ${service}`, ...(dimension ? [dimension] : []), file];
  return [
    displayName === name ? name : `${name} · ${displayName}`,
    `  ${about.join(' · ')}`,
    ...(description === ''
      ? []
      : description
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`)),
    '',
    ...explainIndicator(slo.indicator).map((line) => `  ${line}`),
    `  window  ${windowWords(window)}`,
    ...(slo.secondWindow ? [`  second  ${windowWords(slo.secondWindow)}, for the budget only`] : []),
    ...(slo.exclusions ?? []).map((exclusion) => `  leaves out ${exclusionWords(exclusion)}`),
    ...[...guards(slo), ...otherAlerts(slo)].map((line) => `  ${line}`),
    ...slo.objectives.flatMap((objective) => ['', ...explainObjective(objective, slo, atMillis)]),
  ].join('\n');
}

function explainIndicator({ total, good, bad }: RatioIndicator): readonly string[] {
  const part = good ?? bad;
  return [`total   ${sourceWords(total)}`, `${good ? 'good   ' : 'bad    '} of those, where ${part?.where}`];
}

function guards({ minBadEvents, minEvents = 0, minCoverage }: SloDefinition): readonly string[] {
  return [
    ...(minBadEvents > 1 ? [`alerts  only with at least ${minBadEvents} bad events in the long window`] : []),
    ...(minEvents > 0 ? [`alerts  only with at least ${minEvents} events in the long window`] : []),
    ...(minCoverage === undefined ? [] : [`freezes below a coverage of ${percent(minCoverage)}`]),
  ];
}

/** Alerts beside the burn-rate tiers, and what holds for all of those. */
function otherAlerts({
  alertHoldSeconds = 0,
  budgetAlerts = [],
  noDataAlert,
}: SloDefinition): readonly string[] {
  const silence = noDataAlert && spokenSeconds(noDataAlert.seconds);
  return [
    ...(alertHoldSeconds > 0 ? [`alerts  end after ${spokenSeconds(alertHoldSeconds)} of calm`] : []),
    ...(budgetAlerts.length > 0 ? [`ticket  when ${listed(budgetAlerts)} % of the budget are spent`] : []),
    ...(noDataAlert ? [`${noDataAlert.severity.padEnd(7)} when nothing was counted for ${silence}`] : []),
  ];
}

/** `50, 75 and 90`. */
function listed(numbers: readonly number[]): string {
  return numbers.length < 2 ? `${numbers}` : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
}

function explainObjective(objective: Objective, slo: SloDefinition, atMillis: number): readonly string[] {
  const { name, displayName, target, slices } = objective;
  const periodSeconds = periodSecondsAt(slo.window, atMillis);
  const allowed = complement(target);
  const spent = toNumber(multiply(allowed, fraction(periodSeconds, 1)));
  const { tiers, omitted } = tiersOf(slo, objective, periodSeconds);
  const title = displayName === undefined || displayName === name ? name : `${name} (${displayName})`;
  return [
    `  objective ${title}: ${percent(toNumber(target))} good`,
    ...(slices === undefined ? [] : [`    ${sliceWords(slices)}`]),
    `    ${percent(toNumber(allowed))} of the ${slices ? 'time slices' : 'events'} may be bad; a full outage spends that in ${spokenSeconds(spent)}`,
    ...tiers.flatMap((tier) => explainTier(tier, target).map((line) => `    ${line}`)),
    ...omitted.map(({ tier, reason }) => `    no ${tier}: ${reason}`),
    ...(tiers.length === 0 ? ['    no burn-rate tiers'] : []),
    ...fewEvents(tiers, objective, slo).map((line) => `    ${line}`),
  ];
}

/** Below how many events a single bad one is enough, unless the SLO asks for more. */
function fewEvents(
  [highest]: readonly Tier[],
  { target, slices }: Objective,
  { minBadEvents }: SloDefinition,
): readonly string[] {
  if (highest === undefined || slices !== undefined || minBadEvents > 1) return [];
  const events = Math.ceil(1 / toNumber(multiply(highest.factor, complement(target))));
  const told = highest.severity === 'page' ? 'pages' : 'raises a ticket';
  const long = formatSeconds(highest.longSeconds);
  return [`of fewer than ${events} events in ${long} a single bad one ${told}: see valet/min-bad-events`];
}

function explainTier(tier: Tier, target: Fraction): readonly string[] {
  const limit = toNumber(multiply(tier.factor, complement(target)));
  const windows = `${formatSeconds(tier.longSeconds)} and ${formatSeconds(tier.shortSeconds)}`;
  const outage = { target, errorRatio: OUTAGE };
  const tenth = secondsToFire(tier, { target, errorRatio: TENTH });
  const partly = tenth === null ? ', never at 10 % errors,' : ` or ${spoken(tenth)} of 10 % errors,`;
  return [
    `${tierName(tier)}: above ${percent(limit)} errors in ${windows}, a burn of ${shown(toNumber(tier.factor))}`,
    `  fires after ${spoken(secondsToFire(tier, outage))} of a full outage${partly} and ends ${spoken(secondsToReset(tier, outage))} after it`,
  ];
}

/** Tiers in force are reached by a full outage, so there is a time. */
function spoken(seconds: number | null): string {
  return spokenSeconds(seconds ?? 0);
}
