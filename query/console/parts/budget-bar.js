/**
 * A budget as a picture: what is left grows to the right of the zero mark, what is overspent to its left. The picture
 * ends at −100 %, with an arrow beyond it; the figure beside it does not.
 */
import { html, nothing, svg } from '../vendor.js';

/** Widths of the drawing: overspent part and remaining part. */
const SPENT = 34;
const LEFT = 100;
const HEIGHT = 10;

/** @param {number} ratio */
function fill(ratio) {
  if (ratio >= 0)
    return svg`<rect class="left" x=${SPENT} y="0" width=${Math.min(1, ratio) * LEFT} height=${HEIGHT}/>`;
  const width = Math.min(1, -ratio) * SPENT;
  return svg`<rect class="spent" x=${SPENT - width} y="0" width=${width} height=${HEIGHT}/>${stripes(width)}`;
}

/** Overspending is striped too, so that it does not depend on its colour. @param {number} width */
function stripes(width) {
  const starts = Array.from({ length: Math.floor(width / 4) }, (_, index) => SPENT - 2 - index * 4);
  return starts.map((x) => svg`<path class="stripe" d="M${x} 0l-3 ${HEIGHT}"/>`);
}

/** How little is left, in three steps. @param {number} ratio */
const levelOf = (ratio) => (ratio < 0 ? 'over' : ratio <= 0.25 ? 'low' : 'fine');

/** The bar alone; its text stands beside it. @param {number | null} ratio */
export function budgetBar(ratio) {
  const level = ratio === null ? 'none' : levelOf(ratio);
  return html`<svg class="budget-bar budget-${level}" viewBox="0 0 ${SPENT + LEFT} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="track" x=${SPENT} y="0" width=${LEFT} height=${HEIGHT}/>
    <rect class="debt" x="0" y="0" width=${SPENT} height=${HEIGHT}/>
    ${ratio === null ? nothing : fill(ratio)}
    ${ratio !== null && ratio < -1 ? svg`<path class="beyond" d="M6 1 1 5l5 4z"/>` : nothing}
    <path class="zero" d="M${SPENT} -2v14"/>
  </svg>`;
}
