/** An address that leads nowhere. */
import { html } from '../vendor.js';

export function missingView() {
  return html`<h1>Nothing here</h1><p>This address names no view. <a href="#/">To the overview</a></p>`;
}
