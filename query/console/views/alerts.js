/** Every alert, open and past. */
import { ALERTS } from '../data/needs.js';
import { plural } from '../domain/headline.js';
import { alertItem } from '../parts/alert-item.js';
import { choice, searchField, selectField } from '../parts/fields.js';
import { empty, whenLoaded } from '../parts/notices.js';
import { html, repeat } from '../vendor.js';

/** @import {AlertRecord} from '../../../engine/core/types.ts' */
/** @import {Items, ViewContext} from './context.js' */

const STANDINGS = { '': 'All', open: 'Open', past: 'Past' };
const SEVERITIES = { '': 'Any severity', page: 'Pages', ticket: 'Tickets' };

/** @param {readonly AlertRecord[]} alerts @param {Readonly<Record<string, string>>} query */
function chosen(alerts, query) {
  const words = (query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return alerts
    .filter((alert) => !query.standing || (alert.endedAt === null) === (query.standing === 'open'))
    .filter((alert) => !query.severity || alert.severity === query.severity)
    .filter((alert) => !query.service || alert.service === query.service)
    .filter((alert) => {
      const text = `${alert.slo} ${alert.service} ${alert.objective} ${alert.reason}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
}

/** @param {ViewContext} context @param {readonly AlertRecord[]} alerts */
function toolbar({ route, refine }, alerts) {
  const services = [...new Set(alerts.map((alert) => alert.service))].sort();
  /** @param {string} name */
  const set = (name) => (/** @type {string} */ value) => refine({ ...route.query, [name]: value });
  return html`<div class="toolbar" role="search">
    ${searchField({ label: 'Find alerts', value: route.query.q ?? '', changed: set('q') })}
    ${choice({ label: 'Standing', options: STANDINGS, value: route.query.standing ?? '', changed: set('standing') })}
    ${selectField({ label: 'Severity', options: SEVERITIES, value: route.query.severity ?? '', changed: set('severity') })}
    ${selectField({ label: 'Service', options: { '': 'Any service', ...Object.fromEntries(services.map((name) => [name, name])) }, value: route.query.service ?? '', changed: set('service') })}
  </div>`;
}

/** @param {ViewContext} context @param {readonly AlertRecord[]} alerts */
function list(context, alerts) {
  const shown = chosen(alerts, context.route.query);
  if (alerts.length === 0)
    return empty(
      'No alert so far',
      'Alerts appear here when a burn-rate tier fires, and stay after they end.',
    );
  return html`${toolbar(context, alerts)}
    <p class="muted" role="status">${shown.length === alerts.length ? plural(alerts.length, 'alert', 'alerts') : `${shown.length} of ${alerts.length} alerts`}, newest first</p>
    ${
      shown.length === 0
        ? empty('No alert matches', html`<a href="#/alerts">Show all</a>`)
        : html`<ul class="alerts">${repeat(
            shown,
            (alert) => alert.id,
            (alert) => alertItem(alert, { now: context.now }),
          )}</ul>`
    }`;
}

/** @param {ViewContext} context */
export function alertsView(context) {
  return html`<h1>Alerts</h1>
    ${whenLoaded(context.get(ALERTS), { what: 'the alerts', show: (/** @type {Items<AlertRecord>} */ { items }) => list(context, items) })}`;
}
