/** The burn-rate tiers: what each needs to fire, where it stands, why. */
import { TIER_LABELS } from '../domain/states.js';
import { formatBurn, formatExact } from '../format/numbers.js';
import { formatUtc, formatWindow } from '../format/time.js';
import { icon } from '../parts/icons.js';
import { empty } from '../parts/notices.js';
import { severityTag } from '../parts/tags.js';
import { html, nothing, svg } from '../vendor.js';

/** @import {BurnReading, SloStatus, TierReading, TierState} from '../../../engine/core/types.ts' */

const ICONS = /** @type {const} */ ({
  firing: 'burning',
  inhibited: 'held',
  frozen: 'no-data',
  inactive: 'ok',
});

/** The bar shows twice the factor; the notch in its middle is the factor. @param {number | null} rate @param {number} factor */
function gauge(rate, factor) {
  const share = rate === null ? 0 : Math.min(1, rate / (2 * factor));
  return svg`<svg class="gauge ${rate !== null && rate > factor ? 'above' : ''}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="track" width="100" height="8"/><rect class="level" width=${share * 100} height="8"/><path class="notch" d="M50 0v8"/></svg>`;
}

/** @param {string} label @param {string} window @param {BurnReading | undefined} reading @param {number} factor */
function reading(label, window, reading, factor) {
  const scale = reading?.scale ?? 1;
  const bad = reading === undefined ? null : (reading.total - reading.good) / scale;
  const rate = reading?.rate ?? null;
  const edges =
    reading === undefined ? nothing : `Counted ${formatUtc(reading.from)} – ${formatUtc(reading.countedTo)}`;
  return html`<td role="cell" class="cell-burn" title=${edges}><span class="burn-head"><span class="muted">${label} ${formatWindow(window)}</span><b class=${rate !== null && rate > factor ? 'missed' : ''}>${formatBurn(rate)}</b></span>
    ${gauge(rate, factor)}<span class="muted">${bad === null ? nothing : `${formatExact(bad)} bad of ${formatExact((reading?.total ?? 0) / scale)}`}</span></td>`;
}

/** @param {TierState} state */
const tierState = (state) =>
  html`<span class="tier-state tier-${state}">${icon(ICONS[state])}${TIER_LABELS[state]}</span>`;

/** @param {SloStatus} status @param {TierReading} tier */
function row(status, tier) {
  /** @param {string} window */
  const of = (window) => status.burn.find((each) => each.window === window);
  return html`<tr role="row" class="tier-row tier-row-${tier.state}">
    <th role="rowheader" scope="row" class="cell-tier">${severityTag(tier.severity)}<span>above <b>${formatBurn(tier.factor)}</b></span></th>
    ${reading('long', tier.longWindow, of(tier.longWindow), tier.factor)}${reading('short', tier.shortWindow, of(tier.shortWindow), tier.factor)}
    <td role="cell" class="cell-why">${tierState(tier.state)}<p>${tier.reason}</p></td>
  </tr>`;
}

/** @param {SloStatus['omittedTiers']} omitted */
function omittedList(omitted) {
  if (omitted.length === 0) return nothing;
  return html`<p class="omitted-title">Left out</p><ul class="omitted">${omitted.map(({ tier, reason }) => html`<li><b>${tier}</b>: ${reason}</li>`)}</ul>`;
}

/** @param {SloStatus} status */
export function tiers(status) {
  if (status.tiers.length === 0)
    return html`${empty('No tier', 'No burn-rate tier can work for this target and period.')}${omittedList(status.omittedTiers)}`;
  return html`<p class="muted hint">A tier fires when both of its windows burn above its factor; the notch marks it.</p>
    <table class="tiers" role="table" aria-label="Burn-rate tiers">
      <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Tier</th><th role="columnheader" scope="col">Long window</th><th role="columnheader" scope="col">Short window</th><th role="columnheader" scope="col">State and reason</th></tr></thead>
      <tbody role="rowgroup">${status.tiers.map((tier) => row(status, tier))}</tbody>
    </table>${omittedList(status.omittedTiers)}`;
}
