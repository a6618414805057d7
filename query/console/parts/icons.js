/** The console's icons, drawn for it. Each state has its own outline, so that none depends on colour. */
import { svg } from '../vendor.js';

/** Outlines in a 16 × 16 box; `currentColor`. */
const SHAPES = {
  ok: svg`<circle cx="8" cy="8" r="6.25" class="stroke"/><path d="m5.2 8.2 2 2 3.7-4.2" class="stroke"/>`,
  burning: svg`<path d="M8 1.6 15 14H1z" class="solid"/><path d="M8 6v4" class="cut"/><circle cx="8" cy="12" r=".95" class="hole"/>`,
  exhausted: svg`<path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" class="solid"/><path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" class="cut"/>`,
  'no-data': svg`<circle cx="8" cy="8" r="6.25" class="stroke dashed"/><path d="M5.5 8h5" class="stroke"/>`,
  'insufficient-data': svg`<circle cx="8" cy="8" r="6.25" class="stroke"/><path d="M8 1.75a6.25 6.25 0 0 0 0 12.5z" class="solid"/>`,
  page: svg`<path d="M8 1.5c2.8 0 4.3 2 4.3 4.6 0 3 1.2 4 1.7 5.4H2c.5-1.4 1.7-2.4 1.7-5.4C3.7 3.5 5.2 1.5 8 1.5z" class="solid"/><path d="M6.3 13.2a1.8 1.8 0 0 0 3.4 0" class="stroke"/>`,
  ticket: svg`<path d="M1.5 4h13v2.6a1.5 1.5 0 0 0 0 2.9V12h-13V9.5a1.5 1.5 0 0 0 0-2.9z" class="stroke"/><path d="M9.8 4.5v7" class="stroke dashed"/>`,
  held: svg`<circle cx="8" cy="8" r="6.25" class="stroke"/><path d="M6.3 5.5v5m3.4-5v5" class="stroke"/>`,
  resolved: svg`<path d="m2.5 8.5 3.7 3.7 7.3-8.2" class="stroke"/>`,
  copy: svg`<rect x="5" y="5" width="9" height="9.5" rx="1.5" class="stroke"/><path d="M11 2.5v-.5A1 1 0 0 0 10 1H3a1 1 0 0 0-1 1v8.5a1 1 0 0 0 1 1h.5" class="stroke"/>`,
  search: svg`<circle cx="7" cy="7" r="4.5" class="stroke"/><path d="m10.5 10.5 4 4" class="stroke"/>`,
  system: svg`<circle cx="8" cy="8" r="6" class="stroke"/><path d="M8 2a6 6 0 0 1 0 12z" class="solid"/>`,
  light: svg`<circle cx="8" cy="8" r="3" class="stroke"/><path d="M8 1v1.8M8 13.2V15M1 8h1.8M13.2 8H15M3.05 3.05l1.27 1.27M11.68 11.68l1.27 1.27M3.05 12.95l1.27-1.27M11.68 4.32l1.27-1.27" class="stroke"/>`,
  dark: svg`<path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z" class="stroke"/>`,
  back: svg`<path d="M9.5 3 4.5 8l5 5" class="stroke"/>`,
  file: svg`<path d="M3 1.5h6.5L13 5v9.5H3z" class="stroke"/><path d="M9.5 1.5V5H13M8 7.5v3" class="stroke"/><circle cx="8" cy="12.3" r=".8" class="solid"/>`,
  offline: svg`<path d="M1.5 1.5l13 13M4 5.8A8 8 0 0 0 2 7.2M8 4.5a8 8 0 0 1 6 2.7M5.5 9a4 4 0 0 1 2-1.1M8 12.5h.01" class="stroke"/>`,
};

/** @typedef {keyof typeof SHAPES} IconName */

/** An icon beside a text that says the same; hidden from screen readers. @param {IconName} name */
export function icon(name) {
  return svg`<svg class="icon icon-${name}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
}
