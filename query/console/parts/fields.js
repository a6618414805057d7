/** Fields of the toolbars. Each reports its new value; the address keeps it. */
import { html, live } from '../vendor.js';
import { icon } from './icons.js';

/** @typedef {{ readonly label: string, readonly value: string, readonly changed: (value: string) => void }} Field */
/** @typedef {Field & { readonly options: Readonly<Record<string, string>> }} ChoiceField `options`: value → label. */

/** @param {(value: string) => void} changed */
const report = (changed) => (/** @type {Event} */ event) =>
  changed(/** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value);

/** The field that `/` jumps to. @param {Field} field */
export function searchField({ label, value, changed }) {
  return html`<label class="search"><span class="visually-hidden">${label}</span>${icon('search')}
    <input type="search" placeholder=${label} autocomplete="off" spellcheck="false" aria-keyshortcuts="/" .value=${live(value)} @input=${report(changed)}>
  </label>`;
}

/** @param {ChoiceField} field */
export function selectField({ label, options, value, changed }) {
  return html`<label class="select"><span class="visually-hidden">${label}</span>
    <select .value=${live(value)} @change=${report(changed)}>
      ${Object.entries(options).map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}
    </select></label>`;
}

/** A few exclusive buttons in a row. @param {ChoiceField} field */
export function choice({ label, options, value, changed }) {
  return html`<div class="choice" role="group" aria-label=${label}>${Object.entries(options).map(
    ([key, text]) =>
      html`<button type="button" aria-pressed=${String(key === value)} @click=${() => changed(key)}>${text}</button>`,
  )}</div>`;
}
