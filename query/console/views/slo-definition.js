/** A definition as it is in force. */
import { countedSets } from '../domain/definition-text.js';
import { formatShare, formatTarget } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { codeBlock } from '../parts/code-block.js';
import { html, nothing } from '../vendor.js';

/** @import {SloDefinitionAnswer} from '../../../schemas/api.ts' */

/** @param {string} name @param {unknown} value */
const entry = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** @param {SloDefinitionAnswer} definition */
function targets({ objectives }) {
  return objectives.map(
    (objective) =>
      html`<p>${formatTarget(objective.target)} <code>${objective.name}</code>${slicesText(objective)}</p>`,
  );
}

/** @param {SloDefinitionAnswer['objectives'][number]} objective */
function slicesText({ slices }) {
  if (slices === null) return nothing;
  const minutes = `slices of ${slices.seconds / 60} min`;
  return slices.target === null
    ? html` of ${minutes}, each by its ratio`
    : html` of ${minutes}, good at ${formatTarget(slices.target)}`;
}

/** @param {SloDefinitionAnswer} definition */
const windowTexts = ({ window, secondWindow }) =>
  [window, secondWindow].flatMap((each) => (each === null ? [] : html`<p>${each.text}, ${each.kind}</p>`));

/** @param {SloDefinitionAnswer['exclusions'][number]} exclusion */
function exclusionText({ start, timeZone, seconds, rule, reason }) {
  const when = rule === undefined ? '' : `, ${rule}`;
  return html`<p>${start.replace('T', ' ')} ${timeZone} for ${formatDuration(seconds)}${when}${reason === '' ? nothing : html` · ${reason}`}</p>`;
}

/** @param {Readonly<Record<string, string>> | undefined} pairs */
const pairsOf = (pairs) =>
  Object.entries(pairs ?? {}).map(([key, value]) => html`<code class="pair">${key}=${value}</code> `);

/** @param {SloDefinitionAnswer} definition */
export function definitionPart(definition) {
  const labels = pairsOf({ ...definition.labels, ...definition.annotations });
  return html`<div class="definition"><dl class="entries">
      ${entry('File', html`<code>${definition.file}</code>`)}
      ${entry(definition.objectives.length === 1 ? 'Objective' : 'Objectives', targets(definition))}
      ${entry(definition.secondWindow === null ? 'Window' : 'Windows', windowTexts(definition))}
      ${entry('Tiers need', `${definition.minBadEvents} bad ${definition.minBadEvents === 1 ? 'event' : 'events'} at least`)}
      ${definition.exclusions.length ? entry('Excluded', definition.exclusions.map(exclusionText)) : nothing}
      ${definition.minEvents ? entry('… and', `${definition.minEvents} events at least`) : nothing}
      ${definition.alertHoldSeconds ? entry('Alerts are held', `${formatDuration(definition.alertHoldSeconds)} after their tier is calm`) : nothing}
      ${definition.budgetAlerts.length ? entry('Budget alerts', `at ${definition.budgetAlerts.join(', ')} % spent`) : nothing}
      ${definition.noDataAlert ? entry('No-data alert', `${definition.noDataAlert.severity} after ${formatDuration(definition.noDataAlert.seconds)}`) : nothing}
      ${definition.minCoverage ? entry('Coverage needed', formatShare(definition.minCoverage)) : nothing}
      ${labels.length === 0 ? nothing : entry('Labels', labels)}
    </dl>
    <div class="sets">${countedSets(definition.indicator).map(
      ({ title, source }) =>
        html`<div><h3>${title}: ${source.signal}</h3>${source.where === '' ? html`<p>every record</p>` : codeBlock(source.where, `${title}, condition`)}</div>`,
    )}</div></div>`;
}
