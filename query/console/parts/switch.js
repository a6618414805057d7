/** An on/off switch that says which of both it is. */
import { html } from '../vendor.js';

/**
 * @param {{ readonly label: string, readonly on: boolean, readonly busy: boolean, readonly toggled: (on: boolean) => void }} options
 */
export function toggle({ label, on, busy, toggled }) {
  return html`<button type="button" class="switch" role="switch" aria-checked=${String(on)} aria-label=${label}
    ?disabled=${busy} @click=${() => toggled(!on)}>
    <span class="switch-track"><span class="switch-knob"></span></span><span class="switch-word">${on ? 'On' : 'Off'}</span>
  </button>`;
}
