/** The figures of an SLO at this instant. */
import {
  formatBudget,
  formatCount,
  formatDistance,
  formatExact,
  formatShare,
  formatSli,
  formatTarget,
} from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { budgetBar } from '../parts/budget-bar.js';
import { moment } from '../parts/moment.js';
import { html, nothing } from '../vendor.js';

/** @import {SloStatus} from '../../../engine/core/types.ts' */
/** @import {SloDefinitionAnswer} from '../../../schemas/api.ts' */

/** @param {unknown} title @param {unknown} value @param {unknown} detail @param {string} [kind] */
function figure(title, value, detail, kind = '') {
  return html`<div class="figure ${kind}"><dt>${title}</dt><dd class="figure-value">${value}</dd><dd class="figure-detail">${detail}</dd></div>`;
}

/** @param {SloStatus} status */
function sli(status) {
  const missed = status.sli !== null && status.sli < status.target;
  const detail = status.sli === null ? 'no event in the window' : formatDistance(status.sli, status.target);
  return figure(
    'Service level',
    html`<span class=${missed ? 'missed' : ''}>${formatSli(status.sli)}</span>`,
    html`target ${formatTarget(status.target)} · ${detail}`,
  );
}

/** @param {SloStatus} status */
function budget({ budget, scale }) {
  const remainingRatio = budget.periodRemainingRatio ?? budget.remainingRatio;
  const spent = budget.spent === null ? null : budget.spent / scale;
  // Whole events; time slices that count by their ratio may be spent in part.
  const allowed =
    budget.allowed === null ? null : scale === 1 ? Math.floor(budget.allowed) : budget.allowed / scale;
  const isPeriod = budget.periodRemainingRatio !== null;
  const detail =
    spent === null || allowed === null
      ? 'unknown without events'
      : isPeriod
        ? html`<span title=${formatExact(spent)}>${formatCount(spent)} bad so far</span>`
        : html`<span title=${`${formatExact(spent)} of ${formatExact(allowed)}`}>${formatCount(spent)} bad of ${formatCount(allowed)} allowed</span>`;
  const over = remainingRatio !== null && remainingRatio < 0;
  return figure(
    isPeriod ? 'Budget left of the period' : 'Budget left',
    html`<span class=${over ? 'missed' : ''}>${formatBudget(remainingRatio)}</span>${budgetBar(remainingRatio)}`,
    detail,
    'figure-budget',
  );
}

/** How long the budget lasts at the burn of the last hour. @param {SloStatus} status */
function exhaustion({ budget, burn, window }) {
  const { exhaustsInSeconds } = budget;
  const remainingRatio = budget.periodRemainingRatio ?? budget.remainingRatio;
  const hour = burn.find((reading) => reading.window === '1h');
  const at = 'at the burn of the last hour';
  if (remainingRatio === null) return figure('Lasts', '—', 'unknown without events');
  if (remainingRatio <= 0) {
    const until = window.periodEnds === null ? 'until bad events leave the window' : 'until the period ends';
    return figure('Lasts', html`<span class="missed">Spent</span>`, until);
  }
  if (exhaustsInSeconds === null)
    return figure('Lasts', 'Not running out', hour?.rate === 0 ? 'no bad event in the last hour' : at);
  return figure('Lasts', formatDuration(exhaustsInSeconds), at);
}

/** @param {SloStatus} status */
function events(status) {
  const [good, total] = [status.good / status.scale, status.total / status.scale];
  return figure(
    status.unit === 'events' ? 'Events' : 'Time slices',
    html`<span title=${formatExact(total)}>${formatCount(total)}</span>`,
    html`<span title=${`${formatExact(good)} good`}>${formatCount(total - good)} bad</span>${status.late === 0 ? nothing : html` · <span title="Came after the lateness bound; in no figure">${formatCount(status.late)} too late</span>`}`,
  );
}

/** @param {SloStatus} status */
function coverage({ coverage: ratio }) {
  return figure('Coverage', formatShare(ratio), 'measured since counting began');
}

/** @param {SloDefinitionAnswer['window']} window */
const windowTitle = (window) =>
  window.kind === 'rolling' ? `Rolling window of ${window.text}` : `Calendar window of ${window.text}`;

/** The same counts over the SLO's second window. @param {SloStatus} status @param {number} now */
function secondWindow({ secondWindow: second, target }, now) {
  if (second === null) return nothing;
  const { text, sli: ratio, budget: left, window } = second;
  return html`<p class="muted window-edges">Second window of ${text}:
    <b>${formatBudget(left.periodRemainingRatio ?? left.remainingRatio)}</b> of the budget left at ${formatSli(ratio)} (target ${formatTarget(target)}),
    since ${moment(window.from, now)}${window.periodEnds === null ? nothing : html`; the period ends ${moment(window.periodEnds, now)}`}</p>`;
}

/** @param {SloStatus} status @param {{ readonly now: number, readonly definition: SloDefinitionAnswer | undefined }} options */
export function figures(status, { now, definition }) {
  return html`<section aria-label="Now"><dl class="figures-row">
      ${budget(status)}${sli(status)}${exhaustion(status)}${events(status)}${coverage(status)}
    </dl>
    <p class="muted window-edges">${definition === undefined ? 'Window' : windowTitle(definition.window)}:
      ${moment(status.window.from, now)} – ${moment(status.window.to, now)}, counted to ${moment(status.window.countedTo, now)}${status.window.periodEnds === null ? nothing : html`; the period ends ${moment(status.window.periodEnds, now)}`} · objective <code>${status.objective}</code>${status.generation > 1 ? html` · <span title="What is counted was edited; older events are not in these figures">generation ${status.generation}</span>` : nothing}</p>
    ${status.excludedSeconds === 0 ? nothing : html`<p class="muted window-edges">${formatDuration(status.excludedSeconds)} of the window are excluded.</p>`}${secondWindow(status, now)}
  </section>`;
}
