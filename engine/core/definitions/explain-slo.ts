/** What an SLO means, in words and figures, for those who review it. */

import { formatSeconds } from '../budget/format-seconds.ts';
import { complement, fraction, multiply, toNumber } from '../budget/fraction.ts';
import { secondsToFire, secondsToReset } from '../budget/seconds-to-fire.ts';
import { spokenSeconds } from '../budget/spoken-seconds.ts';
import { defaultTiers, type Tier, tierName } from '../budget/tiers.ts';
import type { Fraction, Objective, RatioIndicator, SloDefinition } from '../types.ts';

const OUTAGE = fraction(1, 1);
const TENTH = fraction(1, 10);

/** Several lines, the last one without an end. */
export function explainSlo(slo: SloDefinition): string {
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
    `  window  the last ${window.text}, moving`,
    ...guards(slo).map((line) => `  ${line}`),
    ...slo.objectives.flatMap((objective) => ['', ...explainObjective(objective, slo)]),
  ].join('\n');
}

function explainIndicator({ total, good, bad }: RatioIndicator): readonly string[] {
  const part = good ?? bad;
  return [
    `total   ${total.signal} ${total.where === 'true' ? 'of all kinds' : `where ${total.where}`}`,
    `${good ? 'good   ' : 'bad    '} of those, where ${part?.where}`,
  ];
}

function guards({ minBadEvents, minCoverage }: SloDefinition): readonly string[] {
  return [
    ...(minBadEvents > 1 ? [`alerts  only with at least ${minBadEvents} bad events in the long window`] : []),
    ...(minCoverage === undefined ? [] : [`freezes below a coverage of ${percent(minCoverage)}`]),
  ];
}

function explainObjective(objective: Objective, { window }: SloDefinition): readonly string[] {
  const { name, displayName, target } = objective;
  const allowed = complement(target);
  const spent = toNumber(multiply(allowed, fraction(window.seconds, 1)));
  const { tiers, omitted } = defaultTiers(target, window.seconds);
  const title = displayName === undefined || displayName === name ? name : `${name} (${displayName})`;
  return [
    `  objective ${title}: ${percent(toNumber(target))} good`,
    `    ${percent(toNumber(allowed))} of the events may be bad; a full outage spends that in ${spokenSeconds(spent)}`,
    ...tiers.flatMap((tier) => explainTier(tier, target).map((line) => `    ${line}`)),
    ...omitted.map(({ tier, reason }) => `    no ${tier}: ${reason}`),
  ];
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

/** Default tiers are reached by a full outage, so there is a time. */
function spoken(seconds: number | null): string {
  return spokenSeconds(seconds ?? 0);
}

function percent(share: number): string {
  return `${shown(share * 100)} %`;
}

/** Six digits say enough, and hide what floats add. */
function shown(value: number): string {
  return Number(value.toPrecision(6)).toString();
}
