/** The first page: what is wrong, since when and why; then every service and every SLO. */
import { FAULTS, OPEN_ALERTS, PROBLEMS, SERVICES, SLOS } from '../data/needs.js';
import { hrefOf } from '../data/routes.js';
import { countFiring, headline, plural } from '../domain/headline.js';
import { STATE_ORDER, STATES, tallyStates, worstState } from '../domain/states.js';
import { alertItem } from '../parts/alert-item.js';
import { icon } from '../parts/icons.js';
import { loading, whenLoaded } from '../parts/notices.js';
import { problemList } from '../parts/problem-list.js';
import { html, nothing, repeat } from '../vendor.js';
import { serviceTiles } from './overview-services.js';
import { sloList } from './overview-slos.js';
import { welcome } from './welcome.js';

/** @import {AlertRecord, SloSummary} from '../../../engine/core/types.ts' */
/** @import {Fault, Items, SeenService, ViewContext} from './context.js' */

/** Alerts shown here; the rest is on their own page. */
const ALERTS_SHOWN = 6;

/** Buttons that count the states and filter the list. @param {ViewContext} context @param {readonly SloSummary[]} slos */
function tallies({ route, refine }, slos) {
  const tally = tallyStates(slos);
  return html`<div class="tallies" role="group" aria-label="Show one state only">${STATE_ORDER.filter(
    (state) => tally[state] > 0 || state === 'ok',
  ).map((state) => {
    const pressed = route.query.state === state;
    return html`<button type="button" class="tally state-${state}" aria-pressed=${String(pressed)}
      @click=${() => refine({ ...route.query, state: pressed ? '' : state })}>
      ${icon(state)}<b>${tally[state]}</b> ${STATES[state].label}</button>`;
  })}</div>`;
}

/** @param {ViewContext} context @param {readonly SloSummary[]} slos */
function glance(context, slos) {
  const firing = countFiring(context.get(OPEN_ALERTS).data?.items ?? []);
  const state = worstState(slos.map((slo) => slo.state)) ?? 'no-data';
  const parts = [
    firing.page > 0 && plural(firing.page, 'page', 'pages'),
    firing.ticket > 0 && plural(firing.ticket, 'ticket', 'tickets'),
  ];
  const alerts = parts.filter(Boolean).join(' and ');
  return html`<section class="glance state-${state}" aria-label="State of everything">
    <div class="glance-icon">${icon(state)}</div>
    <div class="glance-words">
      <p class="glance-title" role="status">${headline(slos)}</p>
      <p class="muted">${alerts === '' ? 'No alert fires' : `${alerts} firing`} · ${plural(slos.length, 'SLO', 'SLOs')}</p>
    </div>
    ${tallies(context, slos)}
  </section>`;
}

/** @param {ViewContext} context */
function openAlerts(context) {
  /** @type {readonly AlertRecord[]} */
  const alerts = context.get(OPEN_ALERTS).data?.items ?? [];
  const firing = alerts.filter((alert) => alert.state === 'firing').sort(bySeverity);
  const held = alerts.length - firing.length;
  if (alerts.length === 0) return nothing;
  const more = firing.length > ALERTS_SHOWN || held > 0;
  return html`<section aria-labelledby="open-alerts">
    <div class="section-head"><h2 id="open-alerts">Open alerts</h2>
      ${more ? html`<a href=${hrefOf({ view: 'alerts', query: { standing: 'open' } })}>All ${alerts.length}${held > 0 ? `, ${held} held back by a higher tier` : ''}</a>` : nothing}</div>
    <ul class="alerts">${repeat(
      firing.slice(0, ALERTS_SHOWN),
      (alert) => alert.id,
      (alert) => alertItem(alert, { now: context.now }),
    )}</ul>
  </section>`;
}

/** Pages first, then the newest. @param {AlertRecord} a @param {AlertRecord} b */
const bySeverity = (a, b) => a.severity.localeCompare(b.severity) || b.startedAt.localeCompare(a.startedAt);

/** @param {ViewContext} context */
function activeFaults(context) {
  /** @type {readonly Fault[]} */
  const active = (context.get(FAULTS).data?.items ?? []).filter((/** @type {Fault} */ fault) => fault.active);
  if (active.length === 0) return nothing;
  return html`<p class="note-line">The demo shop is being broken on purpose: ${active.map((fault, index) => html`${index === 0 ? '' : ', '}<b>${fault.name}</b>`)}. <a href="#/demo">Switches</a></p>`;
}

/** @param {ViewContext} context @param {readonly SeenService[] | undefined} services @param {readonly SloSummary[]} slos */
function isNew(context, services, slos) {
  const problems = context.get(PROBLEMS).data?.items.length ?? 0;
  return services?.length === 0 && slos.every((slo) => slo.state === 'no-data') && problems === 0;
}

/** @param {ViewContext} context @param {readonly SloSummary[]} slos */
function content(context, slos) {
  const services = context.get(SERVICES);
  if (isNew(context, services.data?.items, slos)) return welcome(context, slos);
  return html`${slos.length === 0 ? nothing : glance(context, slos)}
    ${activeFaults(context)}${openAlerts(context)}${problemList(context.get(PROBLEMS).data?.items ?? [])}
    <section aria-labelledby="services"><div class="section-head"><h2 id="services">Services</h2></div>
      ${whenLoaded(services, { what: 'the services', lines: 2, show: (/** @type {Items<SeenService>} */ { items }) => serviceTiles(context, items) })}
    </section>
    ${sloList(context, slos)}`;
}

/** @param {ViewContext} context */
export function overviewView(context) {
  const slos = context.get(SLOS);
  const waiting =
    slos.data !== undefined &&
    context.get(SERVICES).data === undefined &&
    context.get(SERVICES).error === undefined;
  return html`<h1 class="visually-hidden">Overview</h1>
    ${waiting ? loading('the overview', 6) : whenLoaded(slos, { what: 'the SLOs', lines: 6, show: (/** @type {Items<SloSummary>} */ { items }) => content(context, items) })}`;
}
