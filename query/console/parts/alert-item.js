/** One alert: what, since when, why; and on demand the figures it fired on. */
import { hrefOf } from '../data/routes.js';
import { traceQuery } from '../domain/definition-text.js';
import { formatBudget, formatBurn, formatExact } from '../format/numbers.js';
import { formatDuration, formatUtc, formatWindow } from '../format/time.js';
import { html, nothing } from '../vendor.js';
import { codeBlock } from './code-block.js';
import { icon } from './icons.js';
import { moment } from './moment.js';
import { severityTag } from './tags.js';

/** @import {AlertRecord, BurnReading} from '../../../engine/core/types.ts' */

const STATE_WORDS = /** @type {const} */ ({
  firing: { label: 'Firing', icon: 'burning' },
  inhibited: { label: 'Held back', icon: 'held' },
  resolved: { label: 'Resolved', icon: 'resolved' },
});

/** How it stands now. An inhibited alert that ended is over. @param {AlertRecord} alert */
const standing = (alert) => (alert.endedAt === null ? STATE_WORDS[alert.state] : STATE_WORDS.resolved);

/** @param {AlertRecord} alert @param {number} now */
function times(alert, now) {
  const end = alert.endedAt === null ? now : Date.parse(alert.endedAt);
  const length = formatDuration((end - Date.parse(alert.startedAt)) / 1000);
  return alert.endedAt === null
    ? html`since ${moment(alert.startedAt, now)} · ${length}`
    : html`${moment(alert.startedAt, now)} – ${moment(alert.endedAt, now)} · ${length}`;
}

/** @param {BurnReading} reading @param {number} factor */
function windowRow(reading, factor) {
  const { good, total, scale = 1 } = reading;
  return html`<tr>
    <th scope="row" title=${`Counted ${formatUtc(reading.from)} – ${formatUtc(reading.countedTo)}`}>${formatWindow(reading.window)}</th>
    <td>${formatExact((total - good) / scale)}</td>
    <td>${formatExact(total / scale)}</td>
    <td>${formatBurn(reading.rate)}</td>
    <td>${formatBurn(factor)}</td>
  </tr>`;
}

/** @param {AlertRecord['details']} details */
function budgetLeft({ remainingRatio, exhaustsInSeconds }) {
  if (remainingRatio === null) return nothing;
  const lasts =
    exhaustsInSeconds === null
      ? nothing
      : html`; at that burn it lasts <b>${formatDuration(exhaustsInSeconds)}</b>`;
  return html`<p>Budget left at the start: <b>${formatBudget(remainingRatio)}</b>${lasts}.</p>`;
}

/** Of a budget that is spent, or of silence. @param {AlertRecord['details']} details */
function countedPart(details) {
  return html`<p>Counted ${formatUtc(details.long.from)} – ${formatUtc(details.long.countedTo)}.</p>${budgetLeft(details)}`;
}

/** @param {AlertRecord} alert */
function figures({ details, factor, kind = 'burn' }) {
  if (kind !== 'burn') return countedPart(details);
  return html`<div class="scroll-x" tabindex="0" role="group" aria-label="Counts of both windows">
    <table class="figures">
      <thead><tr><th scope="col">Window</th><th scope="col">Bad</th><th scope="col">Total</th><th scope="col">Burn</th><th scope="col">Fires above</th></tr></thead>
      <tbody>${windowRow(details.long, factor)}${windowRow(details.short, factor)}</tbody>
    </table></div>
    ${budgetLeft(details)}`;
}

/** @param {readonly string[]} traceIds */
function traces(traceIds) {
  if (traceIds.length === 0) return html`<p class="muted">No trace ids of bad events were kept.</p>`;
  return html`<p>Traces of bad events: ${traceIds.map((id) => html`<code class="trace-id">${id}</code> `)}</p>
    ${codeBlock(traceQuery(traceIds), 'SQL for these traces')}`;
}

/**
 * @param {AlertRecord} alert
 * @param {{ readonly now: number, readonly withSlo?: boolean }} options `withSlo`: name the SLO, where the page does not. Default true.
 */
export function alertItem(alert, { now, withSlo = true }) {
  const { label, icon: sign } = standing(alert);
  const open = alert.endedAt === null && alert.state === 'firing';
  const query = { objective: alert.objective };
  return html`<li class="alert ${open ? `alert-open alert-${alert.severity}` : 'alert-quiet'}">
    <div class="alert-head">
      ${severityTag(alert.severity)}
      ${withSlo ? html`<a class="alert-slo" href=${hrefOf({ view: 'slo', name: alert.slo, query })}>${alert.slo}</a><span class="muted">${alert.service}</span>` : nothing}
      <span class="alert-state">${icon(sign)}${label}</span>
      ${alert.retroactive ? html`<span class="note" title="Found on catch-up, after the fact">retroactive</span>` : nothing}
      <span class="alert-times">${times(alert, now)}</span>
    </div>
    <details>
      <summary class="alert-reason">${alert.reason}</summary>
      <div class="alert-why">${figures(alert)}${traces(alert.details.sampleTraceIds)}</div>
    </details>
  </li>`;
}
