/** A snippet with a button that copies it. */
import { html } from '../vendor.js';
import { icon } from './icons.js';

/** How long the button says that it worked. */
const SAID_MILLIS = 2_000;

/** @param {Event} event */
async function copy(event) {
  const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
  const code = button.closest('.code')?.querySelector('code');
  const label = /** @type {HTMLElement} */ (button.querySelector('.copy-label'));
  if (!code) return;
  label.textContent = (await write(code)) ? 'Copied' : 'Selected';
  setTimeout(() => {
    label.textContent = 'Copy';
  }, SAID_MILLIS);
}

/** Writes to the clipboard; where that is not allowed (plain HTTP), selects the text. @param {HTMLElement} code */
async function write(code) {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}

/** @param {string} text @param {string} label what it is, for the button's name */
export function codeBlock(text, label) {
  return html`<div class="code">
    <button type="button" class="copy" aria-label=${`Copy: ${label}`} @click=${copy}>
      ${icon('copy')}<span class="copy-label" aria-live="polite">Copy</span>
    </button>
    <pre tabindex="0" aria-label=${label}><code>${text}</code></pre>
  </div>`;
}
