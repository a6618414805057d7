/** Services as tiles: worst SLO state, and when each signal was last seen. */
import { hrefOf } from '../data/routes.js';
import { plural } from '../domain/headline.js';
import { rankOfState, STATES } from '../domain/states.js';
import { formatAge, formatUtc } from '../format/time.js';
import { icon } from '../parts/icons.js';
import { empty } from '../parts/notices.js';
import { html, nothing, repeat } from '../vendor.js';

/** @import {SeenService, ViewContext} from './context.js' */

const SIGNALS = /** @type {const} */ (['traces', 'metrics', 'logs']);
/** A signal not seen for so long is called silent. */
const SILENT_MILLIS = 5 * 60_000;

/** @param {SeenService} service @param {(typeof SIGNALS)[number]} signal @param {number} now */
function signalAge(service, signal, now) {
  const at = service.signals[signal];
  if (at === null) return html`<span class="signal none"><dt>${signal}</dt><dd>never</dd></span>`;
  const silent = now - Date.parse(at) > SILENT_MILLIS;
  return html`<span class="signal ${silent ? 'silent' : ''}"><dt>${signal}</dt>
    <dd><time datetime=${at} title=${`${silent ? 'Silent since' : 'Last seen'} ${formatUtc(at)}`}>${formatAge(Date.parse(at), now)}${silent ? ' silent' : ''}</time></dd></span>`;
}

/** @param {ViewContext} context @param {SeenService} service */
function tile({ route, now }, service) {
  const chosen = route.query.service === service.name;
  const state = service.worstState;
  const href = hrefOf({ query: { ...route.query, service: chosen ? '' : service.name } });
  return html`<li class="tile ${state === null ? 'state-none' : `state-${state}`}">
    <a href=${href} data-keep-scroll aria-current=${chosen ? 'true' : 'false'} title=${chosen ? 'Show every service again' : 'Show its SLOs only'}>
      <span class="tile-name"><bdi class="tile-title" title=${service.name}>${service.name}</bdi>${service.slos === 0 ? nothing : html` <span class="tile-count muted">${plural(service.slos, 'SLO', 'SLOs')}</span>`}</span>
      <span class="tile-state">${state === null ? 'no SLO' : html`${icon(state)}${STATES[state].label}`}</span>
    </a>
    <dl class="signals">${SIGNALS.map((signal) => signalAge(service, signal, now))}</dl>

  </li>`;
}

/** @param {SeenService} service */
const rank = (service) => (service.worstState === null ? 9 : rankOfState(service.worstState));

/** Tiles shown before the rest is asked for. */
const TILES_SHOWN = 12;

/** The link that unfolds the rest. @param {ViewContext} context @param {number} count */
function more({ route }, count) {
  const all = route.query.services === 'all';
  const href = hrefOf({ query: { ...route.query, services: all ? '' : 'all' } });
  return html`<p class="more"><a href=${href} data-keep-scroll>${all ? 'Show fewer services' : `Show all ${count} services`}</a></p>`;
}

/** Worst first, then by name. @param {ViewContext} context @param {readonly SeenService[]} services */
export function serviceTiles(context, services) {
  if (services.length === 0)
    return empty(
      'No service seen yet',
      html`Nothing has arrived so far. <a href="#/send">How to send data</a>`,
    );
  const ordered = [...services].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const { query } = context.route;
  const shown = ordered.filter(
    (service, index) => index < TILES_SHOWN || query.services === 'all' || service.name === query.service,
  );
  return html`<ul class="tiles">${repeat(
    shown,
    (service) => service.name,
    (service) => tile(context, service),
  )}</ul>
    ${ordered.length > TILES_SHOWN ? more(context, ordered.length) : nothing}`;
}
