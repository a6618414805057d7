/** The curves of an SLO: service level, burn rate, budget. */
import '../parts/curve-chart.js';
import { rangeOf, sloKeys } from '../data/needs.js';
import { alertBands, burnScale, columnsOf, factorLines, RANGES, sliRange } from '../domain/curves.js';
import { formatBudget, formatBurn, formatExact, formatSli, formatTarget } from '../format/numbers.js';
import { choice } from '../parts/fields.js';
import { moment } from '../parts/moment.js';
import { empty, whenLoaded } from '../parts/notices.js';
import { html } from '../vendor.js';

/** @import {AlertRecord, SeriesPoint, SloStatus} from '../../../engine/core/types.ts' */
/** @import {CurveModel} from '../parts/curve-chart.js' */
/** @import {ViewContext} from './context.js' */
/** @typedef {{ readonly from: string, readonly to: string, readonly scale: number, readonly items: readonly SeriesPoint[] }} Series */
/** @typedef {{ readonly status: SloStatus | undefined, readonly alerts: readonly AlertRecord[] }} Beside */

/** Rows of the table that stands for the curves. */
const TABLE_ROWS = 60;

/** @param {Series} series @param {Beside} beside */
function commonOf(series, { alerts }) {
  const from = Date.parse(series.from) / 1000;
  const to = Date.parse(series.to) / 1000;
  return { from, to, bands: alertBands(alerts, from, to) };
}

/** @param {Series} series @param {Beside} beside @returns {CurveModel} */
function sliModel(series, beside) {
  const columns = columnsOf(series.items, 'sli');
  const target = beside.status?.target ?? 1;
  return {
    ...commonOf(series, beside),
    columns,
    title: 'Service level',
    scale: 'linear',
    format: formatSli,
    tickFormat: formatTarget,
    range: sliRange(columns.values, target),
    marks: [{ value: target, label: formatTarget(target) }],
  };
}

/** @param {Series} series @param {Beside} beside @returns {CurveModel} */
function burnModel(series, beside) {
  const columns = columnsOf(series.items, 'burn');
  const marks = factorLines(beside.status?.tiers ?? []);
  return {
    ...commonOf(series, beside),
    columns,
    title: 'Burn rate',
    scale: 'compressed',
    format: formatBurn,
    tickFormat: formatBurn,
    marks,
    ...burnScale(
      columns.values,
      marks.map((mark) => mark.value),
    ),
  };
}

/** @param {Series} series @param {Beside} beside @returns {CurveModel} */
function budgetModel(series, beside) {
  const columns = columnsOf(series.items, 'remainingRatio');
  const low = Math.min(0, ...columns.values.filter((value) => value !== null));
  return {
    ...commonOf(series, beside),
    columns,
    title: 'Budget left',
    scale: 'linear',
    format: formatBudget,
    tickFormat: formatBudget,
    range: { min: low * 1.1, max: 1 },
    marks: low < 0 ? [{ value: 0, label: 'spent' }] : [],
  };
}

/** @param {CurveModel} model @param {string} text */
function curve(model, text) {
  return html`<figure class="curve"><figcaption><h3>${model.title}</h3><span class="muted">${text}</span></figcaption>
    <curve-chart .model=${model}></curve-chart></figure>`;
}

/** The same figures to read. @param {Series} series @param {number} now */
function asTable({ items: points, scale }, now) {
  const step = Math.max(1, Math.ceil(points.length / TABLE_ROWS));
  const rows = points.filter((_, index) => (points.length - 1 - index) % step === 0).reverse();
  return html`<details class="as-table"><summary>Curves as a table</summary>
    <div class="scroll-x" tabindex="0" role="group" aria-label="Values of the curves"><table class="figures">
      <thead><tr><th scope="col">Time</th><th scope="col">Good</th><th scope="col">Total</th><th scope="col">SLI</th><th scope="col">Burn</th><th scope="col">Budget left</th></tr></thead>
      <tbody>${rows.map(
        (
          point,
        ) => html`<tr><th scope="row">${moment(point.at, now)}</th><td>${formatExact(point.good / scale)}</td><td>${formatExact(point.total / scale)}</td>
        <td>${formatSli(point.sli)}</td><td>${formatBurn(point.burn)}</td><td>${formatBudget(point.remainingRatio)}</td></tr>`,
      )}</tbody>
    </table></div></details>`;
}

/** @param {ViewContext} context @param {Series} series @param {Beside} beside */
function drawn(context, series, beside) {
  if (series.items.every((point) => point.total === 0 && point.remainingRatio === null)) {
    return empty(
      'No event in this range',
      'Choose a longer one, or look at the overview for when the service was last seen.',
    );
  }
  return html`<div class="curves">
      ${curve(sliModel(series, beside), 'of each step; dashed: the target')}
      ${curve(burnModel(series, beside), 'of each step; dashed: factors of the tiers')}
      ${curve(budgetModel(series, beside), 'of the whole window')}
    </div>${asTable(series, context.now)}`;
}

/** @param {ViewContext} context @param {Beside} beside */
export function curves(context, beside) {
  const { route, refine } = context;
  const options = Object.fromEntries(Object.keys(RANGES).map((name) => [name, name]));
  return html`<section aria-labelledby="curves"><div class="section-head"><h2 id="curves">Curves</h2>
      ${choice({ label: 'Time range', options, value: rangeOf(route), changed: (range) => refine({ ...route.query, range }) })}</div>
    ${whenLoaded(context.get(sloKeys(route).series), { what: 'the curves', show: (/** @type {Series} */ series) => drawn(context, series, beside) })}
  </section>`;
}
