/** States and severities: their order, worst first, and their words. */

/** @import {SloState, SloSummary, Severity, TierState} from '../../../engine/core/types.ts' */

/** Worst first. @type {readonly SloState[]} */
export const STATE_ORDER = ['exhausted', 'burning', 'insufficient-data', 'no-data', 'ok'];

/** @type {Readonly<Record<SloState, { readonly label: string, readonly meaning: string }>>} */
export const STATES = {
  exhausted: { label: 'Exhausted', meaning: 'the error budget of the window is spent' },
  burning: { label: 'Burning', meaning: 'a burn-rate tier fires' },
  'no-data': { label: 'No data', meaning: 'no event in the window' },
  'insufficient-data': { label: 'Too little data', meaning: 'coverage is below the set minimum' },
  ok: { label: 'OK', meaning: 'no tier fires and budget is left' },
};

/** @type {Readonly<Record<TierState, string>>} */
export const TIER_LABELS = {
  inactive: 'Inactive',
  firing: 'Firing',
  inhibited: 'Held back',
  frozen: 'Frozen',
};

/** @param {SloState} state */
export const rankOfState = (state) => STATE_ORDER.indexOf(state);

/** The worst of some states; null when there is none. @param {readonly SloState[]} states */
export function worstState(states) {
  return STATE_ORDER.find((state) => states.includes(state)) ?? null;
}

/** 0 when a page fires, 1 for a ticket, 2 for nothing. @param {readonly Severity[]} firing */
export const rankOfFiring = (firing) => (firing.includes('page') ? 0 : firing.includes('ticket') ? 1 : 2);

/** How many SLOs are in each state. @param {readonly SloSummary[]} slos @returns {Record<SloState, number>} */
export function tallyStates(slos) {
  const tally = { exhausted: 0, burning: 0, 'no-data': 0, 'insufficient-data': 0, ok: 0 };
  for (const slo of slos) tally[slo.state] += 1;
  return tally;
}
