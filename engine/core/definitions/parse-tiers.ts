/**
 * The text of `valet/tiers`:
 *
 *   tiers  = "none" | tier *( "," tier )
 *   tier   = ( "page" | "ticket" ) long [ "/" short ] ( factor | share "%" )
 *
 * Windows are numbers with s, m, h, d or w; a short window left out is a twelfth of the long one. A share is that of the
 * period's budget which is spent within the long window.
 */
import { fraction, multiply } from '../budget/fraction.ts';
import { SHORT_DIVISOR, type Tier, tierFactor } from '../budget/tiers.ts';
import type { Fraction, Severity } from '../types.ts';
import { durationSeconds } from './duration-seconds.ts';
import { exactDecimal } from './exact-decimal.ts';

/** More than these help nobody. */
const MAX_TIERS = 20;
const TIER = /^(page|ticket) +(\w+)(?: *\/ *(\w+))? +([\d.]+)( *%)?$/;
const HUNDREDTH = fraction(1, 100);

/** The tiers as written, or what is wrong with the text. */
export function parseTiers(text: string, periodSeconds: number): readonly Tier[] | string {
  if (text.trim() === 'none') return [];
  const entries = text.slice(0, 10_000).split(',');
  if (entries.length > MAX_TIERS) return `Found ${entries.length} tiers: write at most ${MAX_TIERS}`;
  const tiers: Tier[] = [];
  for (const entry of entries) {
    const tier = parseTier(entry.trim(), periodSeconds);
    if (tier === undefined) return fault(entry.trim());
    tiers.push(tier);
  }
  return tiers;
}

function parseTier(entry: string, periodSeconds: number): Tier | undefined {
  const [, severity, long = '', short, burn = '', percent] = TIER.exec(entry) ?? [];
  const longSeconds = durationSeconds(long);
  const shortSeconds = short === undefined ? (longSeconds ?? 0) / SHORT_DIVISOR : durationSeconds(short);
  const value = exactDecimal(burn);
  if (longSeconds === undefined || shortSeconds === undefined) return undefined;
  if (value === undefined || value.numerator === 0n) return undefined;
  const factor = percent === undefined ? value : shareFactor(value, periodSeconds, longSeconds);
  return { severity: severity as Severity, longSeconds, shortSeconds, factor };
}

function shareFactor(percent: Fraction, periodSeconds: number, longSeconds: number): Fraction {
  return tierFactor(multiply(percent, HUNDREDTH), periodSeconds, longSeconds);
}

function fault(entry: string): string {
  const shown = JSON.stringify(entry.slice(0, 60));
  return `Cannot use ${shown} as a tier: write severity, window and factor or share of the budget, as page 1h 14.4, page 1h/5m 2%; or none`;
}
