/** A definition as it is in force. */
import { countedSets } from '../domain/definition-text.js';
import { formatShare, formatTarget } from '../format/numbers.js';
import { codeBlock } from '../parts/code-block.js';
import { html, nothing } from '../vendor.js';

/** @import {SloDefinitionAnswer} from '../../../schemas/api.ts' */

/** @param {string} name @param {unknown} value */
const entry = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** @param {SloDefinitionAnswer} definition */
function targets({ objectives }) {
  return objectives.map(
    (objective) => html`<p>${formatTarget(objective.target)} <code>${objective.name}</code></p>`,
  );
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
      ${entry('Window', `${definition.window.text}, ${definition.window.kind}`)}
      ${entry('Tiers need', `${definition.minBadEvents} bad ${definition.minBadEvents === 1 ? 'event' : 'events'} at least`)}
      ${definition.minCoverage ? entry('Coverage needed', formatShare(definition.minCoverage)) : nothing}
      ${labels.length === 0 ? nothing : entry('Labels', labels)}
    </dl>
    <div class="sets">${countedSets(definition.indicator).map(
      ({ title, source }) =>
        html`<div><h3>${title}: ${source.signal}</h3>${source.where === '' ? html`<p>every record</p>` : codeBlock(source.where, `${title}, condition`)}</div>`,
    )}</div></div>`;
}
