/** One SLO: how it stands, its curves, its tiers, its alerts, its definition. */
import { SLOS, sloKeys } from '../data/needs.js';
import { hrefOf } from '../data/routes.js';
import { alertItem } from '../parts/alert-item.js';
import { choice } from '../parts/fields.js';
import { icon } from '../parts/icons.js';
import { empty, failed, whenLoaded } from '../parts/notices.js';
import { problemList } from '../parts/problem-list.js';
import { firingTags, stateTag } from '../parts/tags.js';
import { html, nothing, repeat } from '../vendor.js';
import { curves } from './slo-curves.js';
import { definitionPart } from './slo-definition.js';
import { figures } from './slo-figures.js';
import { tiers } from './slo-tiers.js';

/** @import {AlertRecord, SloStatus, SloSummary} from '../../../engine/core/types.ts' */
/** @import {SloDefinitionAnswer} from '../../../schemas/api.ts' */
/** @import {ViewContext} from './context.js' */

/** @param {ViewContext} context @returns {SloSummary | undefined} */
function summaryOf({ get, route }) {
  /** @type {readonly SloSummary[]} */
  const slos = get(SLOS).data?.items ?? [];
  const named = slos.filter((slo) => slo.name === route.name);
  return named.find((slo) => slo.objective === route.query.objective) ?? named[0];
}

/** @param {ViewContext} context @param {SloDefinitionAnswer | undefined} definition */
function objectives({ route, refine }, definition) {
  if (definition === undefined || definition.objectives.length < 2) return nothing;
  const options = Object.fromEntries(
    definition.objectives.map(({ name, displayName }) => [name, displayName ?? name]),
  );
  const value = route.query.objective ?? definition.objectives[0]?.name ?? '';
  return choice({
    label: 'Objective',
    options,
    value,
    changed: (objective) => refine({ ...route.query, objective }),
  });
}

/** @param {ViewContext} context @param {{ readonly summary: SloSummary | undefined, readonly status: SloStatus | undefined, readonly definition: SloDefinitionAnswer | undefined }} parts */
function head(context, { summary, status, definition }) {
  const state = status?.state ?? summary?.state;
  const service = definition?.service ?? summary?.service;
  const dimension = definition?.dimension ?? summary?.dimension;
  return html`<header class="slo-head ${state === undefined ? '' : `state-${state}`}">
    <nav aria-label="Path" class="crumbs"><a href="#/">${icon('back')}Overview</a>
      ${service === undefined ? nothing : html`<a href=${hrefOf({ query: { service } })}>${service}</a>`}</nav>
    <div class="slo-title"><h1>${(definition?.displayName ?? summary?.displayName) || context.route.name}</h1>
      ${state === undefined ? nothing : stateTag(state)}${firingTags(summary?.firing ?? [])}</div>
    <p class="muted"><code>${context.route.name}</code>${dimension ? ` · ${dimension}` : nothing}${definition?.description ? html` · ${definition.description}` : nothing}</p>
    ${objectives(context, definition)}
  </header>`;
}

/** Past alerts shown; all are on the page of alerts. */
const PAST_SHOWN = 10;

/** The alerts of the objective shown. @param {ViewContext} context @returns {readonly AlertRecord[]} */
function alertsOf({ get, route }) {
  /** @type {readonly AlertRecord[]} */
  const alerts = get(sloKeys(route).alerts).data?.items ?? [];
  return alerts.filter(({ objective }) => !route.query.objective || objective === route.query.objective);
}

/** @param {ViewContext} context @param {readonly AlertRecord[]} alerts */
function alertList({ now }, alerts) {
  return html`<ul class="alerts">${repeat(
    alerts,
    (alert) => alert.id,
    (alert) => alertItem(alert, { now, withSlo: false }),
  )}</ul>`;
}

/** @param {ViewContext} context */
function openAlerts(context) {
  const open = alertsOf(context).filter((alert) => alert.endedAt === null);
  return open.length === 0
    ? nothing
    : html`<section aria-label="Open alerts">${alertList(context, open)}</section>`;
}

/** @param {ViewContext} context */
function pastAlerts(context) {
  const past = alertsOf(context).filter((alert) => alert.endedAt !== null);
  if (past.length === 0)
    return empty('No alert has ended', 'Alerts of this SLO are kept here after they end.');
  const query = { q: context.route.name ?? '' };
  return html`${alertList(context, past.slice(0, PAST_SHOWN))}
    ${past.length > PAST_SHOWN ? html`<p class="more"><a href=${hrefOf({ view: 'alerts', query })}>All ${past.length}</a></p>` : nothing}`;
}

/** @param {ViewContext} context */
export function sloView(context) {
  const keys = sloKeys(context.route);
  const status = context.get(keys.status);
  const definition = context.get(keys.definition);
  const summary = summaryOf(context);
  if (status.data === undefined && status.error?.status === 404) {
    return html`<h1>No such SLO</h1>${failed(context.route.name ?? '', status.error)}<p><a href="#/">To the overview</a></p>`;
  }
  const alerts = context.get(keys.alerts);
  return html`${head(context, { summary, status: status.data, definition: definition.data })}
    ${openAlerts(context)}${problemList(summary?.problems ?? [])}
    ${whenLoaded(status, { what: 'the status', show: (/** @type {SloStatus} */ data) => figures(data, { now: context.now, definition: definition.data }) })}
    ${curves(context, { status: status.data, alerts: alerts.data?.items ?? [] })}
    <section aria-labelledby="tiers"><div class="section-head"><h2 id="tiers">Burn-rate tiers</h2></div>
      ${whenLoaded(status, { what: 'the tiers', show: (/** @type {SloStatus} */ data) => tiers(data) })}</section>
    <section aria-labelledby="alerts"><div class="section-head"><h2 id="alerts">Past alerts</h2></div>
      ${whenLoaded(alerts, { what: 'the alerts', show: () => pastAlerts(context) })}</section>
    <section aria-labelledby="definition"><div class="section-head"><h2 id="definition">Definition</h2></div>
      ${whenLoaded(definition, { what: 'the definition', show: (/** @type {SloDefinitionAnswer} */ data) => definitionPart(data) })}</section>`;
}
