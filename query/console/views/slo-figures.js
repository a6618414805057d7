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
function budget({ budget: { remainingRatio, spent, allowed } }) {
  const detail =
    spent === null || allowed === null
      ? 'unknown without events'
      : html`<span title=${`${formatExact(spent)} of ${formatExact(Math.floor(allowed))}`}>${formatCount(spent)} bad of ${formatCount(Math.floor(allowed))} allowed</span>`;
  const over = remainingRatio !== null && remainingRatio < 0;
  return figure(
    'Budget left',
    html`<span class=${over ? 'missed' : ''}>${formatBudget(remainingRatio)}</span>${budgetBar(remainingRatio)}`,
    detail,
    'figure-budget',
  );
}

/** How long the budget lasts at the burn of the last hour. @param {SloStatus} status */
function exhaustion({ budget: { exhaustsInSeconds, remainingRatio }, burn }) {
  const hour = burn.find((reading) => reading.window === '1h');
  const at = 'at the burn of the last hour';
  if (remainingRatio === null) return figure('Lasts', '—', 'unknown without events');
  if (remainingRatio <= 0)
    return figure('Lasts', html`<span class="missed">Spent</span>`, 'until bad events leave the window');
  if (exhaustsInSeconds === null)
    return figure('Lasts', 'Not running out', hour?.rate === 0 ? 'no bad event in the last hour' : at);
  return figure('Lasts', formatDuration(exhaustsInSeconds), at);
}

/** @param {SloStatus} status */
function events(status) {
  return figure(
    'Events',
    html`<span title=${formatExact(status.total)}>${formatCount(status.total)}</span>`,
    html`<span title=${`${formatExact(status.good)} good`}>${formatCount(status.total - status.good)} bad</span>${status.late === 0 ? nothing : html` · <span title="Came after the lateness bound; in no figure">${formatCount(status.late)} too late</span>`}`,
  );
}

/** @param {SloStatus} status */
function coverage({ coverage: ratio }) {
  return figure('Coverage', formatShare(ratio), 'measured since counting began');
}

/** @param {SloStatus} status @param {{ readonly now: number, readonly definition: SloDefinitionAnswer | undefined }} options */
export function figures(status, { now, definition }) {
  return html`<section aria-label="Now"><dl class="figures-row">
      ${budget(status)}${sli(status)}${exhaustion(status)}${events(status)}${coverage(status)}
    </dl>
    <p class="muted window-edges">${definition === undefined ? 'Window' : `Rolling window of ${definition.window.text}`}:
      ${moment(status.window.from, now)} – ${moment(status.window.to, now)}, counted to ${moment(status.window.countedTo, now)} · objective <code>${status.objective}</code>${status.generation > 1 ? html` · <span title="What is counted was edited; older events are not in these figures">generation ${status.generation}</span>` : nothing}</p>
  </section>`;
}
