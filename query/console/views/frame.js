/** The frame around every view: name, navigation, connection and age of the data, banner, theme. */
import { FAULTS, OPEN_ALERTS, SLOS } from '../data/needs.js';
import { hrefOf } from '../data/routes.js';
import { chosenTheme, nextTheme } from '../data/theme.js';
import { countFiring } from '../domain/headline.js';
import { formatAge } from '../format/time.js';
import { icon } from '../parts/icons.js';
import { moment } from '../parts/moment.js';
import { html, nothing, svg } from '../vendor.js';

/** @import {Fault, ViewContext} from './context.js' */
/** @import {ViewName} from '../data/routes.js' */

/** Data younger than this is as good as of now. */
const FRESH_MILLIS = 3_000;
/** Data older than this is called stale though nothing failed yet. */
const STALE_MILLIS = 30_000;

/** Five bars, one for each VALET dimension, that make a V. */
const mark = svg`<svg class="mark" viewBox="0 0 22 20" aria-hidden="true" focusable="false">
  <path d="M2 2v5M6.5 2v10.5M11 2v16M15.5 2v10.5M20 2v5"/></svg>`;

/** @param {ViewContext} context @param {ViewName} view @param {unknown} label */
function tab({ route }, view, label) {
  const current = route.view === view || (view === 'overview' && route.view === 'slo');
  return html`<a class="tab" href=${hrefOf({ view })} aria-current=${current ? (route.view === view ? 'page' : 'true') : nothing}>${label}</a>`;
}

/** @param {ViewContext} context */
function alertsLabel(context) {
  const { page, ticket } = countFiring(context.get(OPEN_ALERTS).data?.items ?? []);
  const count = page + ticket;
  if (count === 0) return 'Alerts';
  return html`Alerts <span class="count ${page > 0 ? 'count-page' : 'count-ticket'}">${count}<span class="visually-hidden"> firing</span></span>`;
}

/** @param {ViewContext} context */
function demoTab(context) {
  /** @type {readonly Fault[] | undefined} */
  const faults = context.get(FAULTS).data?.items;
  if (faults === undefined) return nothing;
  const active = faults.filter((fault) => fault.active).length;
  return tab(
    context,
    'demo',
    html`Demo${active === 0 ? nothing : html` <span class="count count-ticket">${active}<span class="visually-hidden"> faults on</span></span>`}`,
  );
}

/** Whether the API answers, and how old the newest figures are. @param {ViewContext} context */
function connection(context) {
  const { live, now, newest } = context;
  if (context.away) return html`<span class="connection away">${icon('offline')}No answer</span>`;
  if (newest === 0) return html`<span class="connection"><i class="dot"></i>Connecting</span>`;
  const word = live.state === 'live' ? 'Live' : 'Polling';
  const stale = now - newest > STALE_MILLIS;
  return html`<span class="connection ${live.state} ${stale ? 'stale' : ''}"
    title=${live.state === 'live' ? 'Changes arrive as they happen' : 'The stream of updates is away; asking every 5 s'}>
    <i class="dot"></i>${word}<span class="age"> · ${now - newest < FRESH_MILLIS ? 'now' : `${formatAge(newest, now)} ago`}</span></span>`;
}

/** @param {ViewContext} context */
function themeButton(context) {
  const theme = chosenTheme();
  const label = { system: 'as the system', light: 'light', dark: 'dark' }[theme];
  const turn = () => {
    nextTheme();
    context.render();
  };
  return html`<button type="button" class="theme" @click=${turn} aria-label=${`Theme: ${label}. Change it`} title=${`Theme: ${label}`}>${icon(theme)}</button>`;
}

/** @param {ViewContext} context */
function banner(context) {
  const error = context.get(SLOS).error ?? context.get(OPEN_ALERTS).error;
  if (error === undefined) return nothing;
  const { newest, now } = context;
  const age =
    newest === 0
      ? 'Nothing was read yet.'
      : html`The figures below are from ${moment(new Date(newest).toISOString(), now)}, ${formatAge(newest, now)} ago.`;
  return html`<div class="banner" role="alert">${icon('offline')}<p><b>${error.message}.</b> ${age} Asking again.</p></div>`;
}

/** @param {ViewContext} context @param {unknown} content */
export function frame(context, content) {
  return html`<a class="skip" href="#main" @click=${skip}>Skip to content</a>
    <header class="top">
      <a class="brand" href="#/">${mark}<span>Valet</span></a>
      <nav aria-label="Views">
        ${tab(context, 'overview', 'Overview')}${tab(context, 'alerts', alertsLabel(context))}
        ${tab(context, 'send', 'Send data')}${demoTab(context)}
      </nav>
      <div class="top-end">${connection(context)}${themeButton(context)}</div>
    </header>
    ${banner(context)}
    <main id="main" tabindex="-1" class=${context.away && context.newest > 0 ? 'dimmed' : ''}>${content}</main>
    <footer class="foot">${foot(context)}</footer>`;
}

/** @param {ViewContext} context */
function foot({ info }) {
  return html`<span>Valet${info.version === undefined ? nothing : ` ${info.version}`}${info.mode === undefined ? nothing : ` · ${info.mode}`}</span>
    <a href="/api/v1/openapi.json">API</a><a href="/metrics">Metrics</a>
    <span>Times are local; hover for UTC</span>`;
}

/** The fragment is the address of the view, so the link must not change it. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
