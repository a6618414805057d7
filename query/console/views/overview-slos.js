/** The list of SLOs with its filters. */
import { hrefOf } from '../data/routes.js';
import { filterSlos, SORTS } from '../domain/slo-filter.js';
import { STATES } from '../domain/states.js';
import { formatBudget, formatSli, formatTarget } from '../format/numbers.js';
import { formatWindow } from '../format/time.js';
import { budgetBar } from '../parts/budget-bar.js';
import { searchField, selectField } from '../parts/fields.js';
import { icon } from '../parts/icons.js';
import { empty } from '../parts/notices.js';
import { firingTags, stateTag } from '../parts/tags.js';
import { html, nothing, repeat } from '../vendor.js';

/** @import {SloSummary} from '../../../engine/core/types.ts' */
/** @import {ViewContext} from './context.js' */

/** @param {readonly string[]} values @param {string} any */
const optionsOf = (values, any) => ({
  '': any,
  ...Object.fromEntries(values.map((value) => [value, value])),
});

/** @param {ViewContext} context @param {readonly SloSummary[]} slos */
function toolbar({ route, refine }, slos) {
  const services = [...new Set(slos.map((slo) => slo.service))].sort();
  const states = Object.fromEntries(Object.entries(STATES).map(([state, { label }]) => [state, label]));
  /** @param {string} name */
  const set = (name) => (/** @type {string} */ value) => refine({ ...route.query, [name]: value });
  return html`<div class="toolbar" role="search">
    ${searchField({ label: 'Find SLOs', value: route.query.q ?? '', changed: set('q') })}
    ${selectField({ label: 'Service', options: optionsOf(services, 'Any service'), value: route.query.service ?? '', changed: set('service') })}
    ${selectField({ label: 'State', options: { '': 'Any state', ...states }, value: route.query.state ?? '', changed: set('state') })}
    ${selectField({ label: 'Order', options: SORTS, value: route.query.sort ?? 'worst', changed: set('sort') })}
  </div>`;
}

/** @param {SloSummary} slo */
function sliCell(slo) {
  const missed = slo.sli !== null && slo.sli < slo.target;
  return html`<td role="cell" class="cell-sli"><span class="cell-label">SLI</span>
    <b class=${missed ? 'missed' : ''}>${formatSli(slo.sli)}</b>
    <span class="muted"><span aria-hidden="true">${missed ? '<' : slo.sli === null ? '/' : '≥'}</span><span class="visually-hidden">target</span> ${formatTarget(slo.target)}</span></td>`;
}

/** @param {SloSummary} slo */
function row(slo) {
  const href = hrefOf({ view: 'slo', name: slo.name, query: { objective: slo.objective } });
  return html`<tr role="row" class="state-${slo.state}">
    <td role="cell" class="cell-state">${stateTag(slo.state)}</td>
    <th role="rowheader" scope="row" class="cell-name">
      <a href=${href}>${slo.displayName || slo.name}</a>
      <span class="muted">${slo.service}${slo.dimension === null ? nothing : html` · ${slo.dimension}`}${slo.problems.length === 0 ? nothing : html` · <span class="warning" title="Its file has problems; the last good definition is in force">${icon('file')}file has problems</span>`}</span>
    </th>
    ${sliCell(slo)}
    <td role="cell" class="cell-budget"><span class="cell-label">Budget left</span>
      ${budgetBar(slo.remainingRatio)}<b>${formatBudget(slo.remainingRatio)}</b><span class="muted cell-window">${formatWindow(slo.window)}</span></td>
    <td role="cell" class="cell-firing ${slo.firing.length === 0 ? 'none' : ''}">${firingTags(slo.firing)}</td>
  </tr>`;
}

/** @param {readonly SloSummary[]} shown */
function table(shown) {
  return html`<table class="slos" role="table" aria-label="SLOs">
    <thead role="rowgroup"><tr role="row">
      <th role="columnheader" scope="col">State</th><th role="columnheader" scope="col">SLO</th>
      <th role="columnheader" scope="col">SLI and target</th>
      <th role="columnheader" scope="col">Budget left in the window</th><th role="columnheader" scope="col">Firing</th>
    </tr></thead>
    <tbody role="rowgroup">${repeat(shown, (slo) => `${slo.name} ${slo.objective}`, row)}</tbody>
  </table>`;
}

/** @param {ViewContext} context @param {readonly SloSummary[]} slos */
export function sloList(context, slos) {
  if (slos.length === 0)
    return empty(
      'No SLO is defined',
      html`Put an OpenSLO file into the SLO directory; it is read as soon as it is there. <a href="#/send">An example to start from</a>`,
    );
  const shown = filterSlos(slos, context.route.query);
  const filtered = shown.length !== slos.length;
  return html`<section aria-labelledby="slos"><div class="section-head"><h2 id="slos">SLOs</h2>
      <span class="muted" role="status">${filtered ? `${shown.length} of ${slos.length}` : slos.length}</span>
      ${filtered ? html`<a href="#/" data-keep-scroll>Clear filters</a>` : nothing}</div>
    ${toolbar(context, slos)}
    ${shown.length === 0 ? empty('No SLO matches', html`<a href="#/" data-keep-scroll>Clear the filters</a>`) : table(shown)}
  </section>`;
}
