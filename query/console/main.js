/** Starts the console: routing, reading, drawing. */
import { LiveUpdates } from './data/live.js';
import { INFO, needsOf, OPEN_ALERTS, SLOS } from './data/needs.js';
import { isDue } from './data/refresher.js';
import { Resources } from './data/resources.js';
import { hrefOf, parseRoute } from './data/routes.js';
import { keepScroll } from './data/scroll.js';
import { startTheme } from './data/theme.js';
import { iconState, pageTitle } from './domain/headline.js';
import { html, render } from './vendor.js';
import { alertsView } from './views/alerts.js';
import { demoView } from './views/demo.js';
import { frame } from './views/frame.js';
import { missingView } from './views/missing.js';
import { overviewView } from './views/overview.js';
import { sendView } from './views/send.js';
import { sloView } from './views/slo.js';

/** @import {ViewContext} from './views/context.js' */

const TICK_MILLIS = 1_000;
const VIEWS = {
  overview: overviewView,
  slo: sloView,
  alerts: alertsView,
  send: sendView,
  demo: demoView,
  missing: missingView,
};
const PLACES = {
  overview: 'Overview',
  slo: '',
  alerts: 'Alerts',
  send: 'Send data',
  demo: 'Demo',
  missing: 'Nothing here',
};

const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const favicon = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel="icon"]'));
let route = parseRoute(location.hash);
let scheduled = false;

const resources = new Resources(() => schedule());
const live = new LiveUpdates({ path: '/api/v1/updates', changed: () => schedule() });

/** Reads what became due and draws, once for any number of changes. Not by animation frame: the title of a hidden tab changes too. */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  setTimeout(() => {
    scheduled = false;
    readDue();
    draw();
  }, 0);
}

/** @returns {ViewContext} */
function contextOf() {
  return {
    now: Date.now(),
    route,
    live,
    newest: resources.newest,
    away: resources.get(SLOS).error !== undefined,
    info: resources.get(INFO).data ?? {},
    get: (key) => resources.get(key),
    refine,
    reload: (key, path) => void resources.load(key, path),
    render: schedule,
  };
}

function draw() {
  const context = contextOf();
  render(
    frame(context, html`<div class="view view-${route.view}">${VIEWS[route.view](context)}</div>`),
    root,
  );
  const slos = resources.get(SLOS).data?.items ?? [];
  const place = route.view === 'slo' ? (route.name ?? '') : PLACES[route.view];
  document.title = pageTitle(slos, resources.get(OPEN_ALERTS).data?.items ?? [], place);
  const icon = `/icons/favicon-${context.away ? 'away' : (iconState(slos) ?? 'unknown')}.svg`;
  if (favicon.getAttribute('href') !== icon) favicon.setAttribute('href', icon);
}

function readDue() {
  const situation = {
    now: Date.now(),
    updatedAt: live.updatedAt,
    live: live.state === 'live',
    hidden: document.hidden,
  };
  const { data, error } = resources.get(INFO);
  const demo = data === undefined ? error !== undefined : data.demo !== false;
  for (const need of needsOf(route, demo)) {
    if (isDue(need, resources.get(need.key), situation)) void resources.load(need.key, need.path());
  }
}

/** Changes the query of the address without a new entry in the history. @param {Readonly<Record<string, string>>} query */
function refine(query) {
  history.replaceState(history.state, '', hrefOf({ ...route, query }));
  route = parseRoute(location.hash);
  schedule();
}

/** `/` jumps to the search field of the view. @param {KeyboardEvent} event */
function shortcut(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key !== '/' || event.ctrlKey || event.metaKey || target.matches('input, textarea, select'))
    return;
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector('input[type="search"]'));
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

function navigated() {
  const before = route;
  route = parseRoute(location.hash);
  readDue();
  draw();
  return before.view !== route.view || before.name !== route.name;
}

startTheme();
keepScroll(navigated);
document.addEventListener('keydown', shortcut);
document.addEventListener('visibilitychange', schedule);
live.start();
setInterval(schedule, TICK_MILLIS);
readDue();
draw();
