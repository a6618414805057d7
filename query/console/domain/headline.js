/** The sentence at the top of the overview, the page's title and its icon: what a glance must tell. */
import { tallyStates, worstState } from './states.js';

/** @import {AlertRecord, SloState, SloSummary} from '../../../engine/core/types.ts' */

/** @param {number} count @param {string} one @param {string} many */
export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** Alerts that fire, by severity; those held back by a higher tier are not counted. @param {readonly AlertRecord[]} alerts */
export function countFiring(alerts) {
  const firing = alerts.filter((alert) => alert.endedAt === null && alert.state === 'firing');
  const page = firing.filter((alert) => alert.severity === 'page').length;
  return { page, ticket: firing.length - page };
}

/** @param {readonly SloSummary[]} slos */
export function headline(slos) {
  const tally = tallyStates(slos);
  const parts = [];
  if (tally.exhausted > 0) parts.push(plural(tally.exhausted, 'budget is spent', 'budgets are spent'));
  if (tally.burning > 0) parts.push(plural(tally.burning, 'SLO is burning', 'SLOs are burning'));
  if (parts.length > 0) return `${parts.join(', ')}.`;
  const blind = tally['no-data'] + tally['insufficient-data'];
  if (blind === slos.length) return 'No SLO has enough data to judge.';
  if (blind > 0) return `Nothing is burning; ${plural(blind, 'SLO lacks', 'SLOs lack')} data.`;
  return 'Every SLO is within its budget.';
}

/** Page title: the worst first, since tabs are cut off on the right. @param {readonly SloSummary[]} slos @param {readonly AlertRecord[]} alerts @param {string} place */
export function pageTitle(slos, alerts, place) {
  const { page, ticket } = countFiring(alerts);
  const tally = tallyStates(slos);
  const parts = [];
  if (page > 0) parts.push(plural(page, 'page', 'pages'));
  else if (ticket > 0) parts.push(plural(ticket, 'ticket', 'tickets'));
  if (tally.exhausted > 0) parts.push(`${tally.exhausted} exhausted`);
  else if (tally.burning > 0 && parts.length === 0) parts.push(`${tally.burning} burning`);
  const prefix = parts.length === 0 ? '' : `(${parts.join(', ')}) `;
  return `${prefix}${place} · Valet`;
}

/** The state the icon shows; null while nothing is known. @param {readonly SloSummary[]} slos @returns {SloState | null} */
export const iconState = (slos) => worstState(slos.map((slo) => slo.state));
