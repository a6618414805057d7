/** Switches that break the demo shop. */

import { put } from '../data/api.js';
import { FAULTS } from '../data/needs.js';
import { empty, whenLoaded } from '../parts/notices.js';
import { toggle } from '../parts/switch.js';
import { html, nothing, repeat } from '../vendor.js';

/** @import {Fault, Items, ViewContext} from './context.js' */

/** Switches being turned, and what went wrong with the last turn, by fault. @type {Map<string, 'busy' | string>} */
const turns = new Map();

/** @param {ViewContext} context @param {Fault} fault @param {boolean} active */
async function turn(context, fault, active) {
  turns.set(fault.name, 'busy');
  context.render();
  try {
    await put(`${FAULTS}/${encodeURIComponent(fault.name)}`, { active });
    turns.delete(fault.name);
  } catch (cause) {
    turns.set(fault.name, cause instanceof Error ? cause.message : String(cause));
  }
  context.reload(FAULTS, FAULTS);
}

/** @param {ViewContext} context @param {Fault} fault */
function faultItem(context, fault) {
  const state = turns.get(fault.name);
  return html`<li class="fault ${fault.active ? 'fault-on' : ''}">
    <div><h2>${fault.name}</h2><p>${fault.description}</p>
      ${state === undefined || state === 'busy' ? nothing : html`<p class="missed" role="alert">It did not turn: ${state}</p>`}</div>
    ${toggle({ label: `Fault ${fault.name}`, on: fault.active, busy: state === 'busy', toggled: (on) => void turn(context, fault, on) })}
  </li>`;
}

/** @param {ViewContext} context */
export function demoView(context) {
  return html`<h1>Demo faults</h1>
    <p class="lead">Break the demo shop and watch its budgets. A fault raises an alert as soon as both windows of a tier burn above its factor.</p>
    ${whenLoaded(context.get(FAULTS), {
      what: 'the switches',
      show: (/** @type {Items<Fault>} */ { items }) =>
        items.length === 0
          ? empty('No fault to switch', 'The demo shop offers none.')
          : html`<ul class="faults">${repeat(
              items,
              (fault) => fault.name,
              (fault) => faultItem(context, fault),
            )}</ul>`,
    })}`;
}
