/** What is wrong in the SLO files: where, which property, what to write instead. */
import { plural } from '../domain/headline.js';
import { html, nothing } from '../vendor.js';
import { icon } from './icons.js';

/** @import {DefinitionProblem} from '../../../engine/core/types.ts' */

/** @param {readonly DefinitionProblem[]} problems */
export function problemList(problems) {
  if (problems.length === 0) return nothing;
  const files = new Set(problems.map((problem) => problem.file)).size;
  return html`<details class="problems" open>
    <summary>${icon('file')}<b>${plural(problems.length, 'problem', 'problems')}</b> in ${plural(files, 'SLO file', 'SLO files')}<span class="muted">: the last good definitions stay in force</span></summary>
    <ul>${problems.map(
      (
        problem,
      ) => html`<li><code class="place">${problem.file}:${problem.line}</code> <code>${problem.path}</code>
        <p>${problem.message} <span class="muted">${problem.code}</span></p></li>`,
    )}</ul>
  </details>`;
}
