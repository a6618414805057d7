/** Small labels: a state, a severity. Icon, word and colour always go together. */
import { STATES } from '../domain/states.js';
import { html, nothing } from '../vendor.js';
import { icon } from './icons.js';

/** @import {Severity, SloState} from '../../../engine/core/types.ts' */

/** @param {SloState} state */
export function stateTag(state) {
  return html`<span class="tag state-${state}" title=${STATES[state].meaning}>${icon(state)}${STATES[state].label}</span>`;
}

/** @param {Severity} severity */
export function severityTag(severity) {
  return html`<span class="tag severity severity-${severity}">${icon(severity)}${severity}</span>`;
}

/** The severities that fire on an SLO, the page first. @param {readonly Severity[]} firing */
export function firingTags(firing) {
  const ordered = /** @type {const} */ (['page', 'ticket']).filter((severity) => firing.includes(severity));
  return ordered.length === 0 ? nothing : html`<span class="tags">${ordered.map(severityTag)}</span>`;
}
