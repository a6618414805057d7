/** Which resources each view shows, and the keys they are kept under. */
import { DEFAULT_RANGE, RANGES } from '../domain/curves.js';

/** @import {Need} from './refresher.js' */
/** @import {Route} from './routes.js' */

const HOUR = 3_600_000;

/** @param {string} path @param {number} minMillis @param {number} maxMillis @returns {Need} */
const fixed = (path, minMillis, maxMillis) => ({ key: path, path: () => path, minMillis, maxMillis });

export const SLOS = '/api/v1/slos';
export const SERVICES = '/api/v1/services';
export const OPEN_ALERTS = '/api/v1/alerts?open=true&limit=200';
export const ALERTS = '/api/v1/alerts?limit=500';
export const PROBLEMS = '/api/v1/problems';
export const FAULTS = '/api/v1/demo/faults';
export const INFO = '/api/v1/info';

/** @param {string} name */
const sloPath = (name) => `/api/v1/slos/${encodeURIComponent(name)}`;
/** @param {string | undefined} objective */
const objectivePart = (objective) => (objective ? `&objective=${encodeURIComponent(objective)}` : '');

/** The range a route asks for. @param {Route} route */
export function rangeOf(route) {
  const name = route.query.range ?? DEFAULT_RANGE;
  return Object.hasOwn(RANGES, name) ? name : DEFAULT_RANGE;
}

/** Keys of the four resources of one SLO. @param {Route} route */
export function sloKeys(route) {
  const base = `${sloPath(route.name ?? '')}`;
  const objective = objectivePart(route.query.objective);
  return {
    definition: base,
    status: `${base}/status?${objective}`,
    series: `${base}/series?${rangeOf(route)}${objective}`,
    alerts: `/api/v1/alerts?slo=${encodeURIComponent(route.name ?? '')}&limit=100`,
  };
}

/** @param {Route} route @returns {Need[]} */
function sloNeeds(route) {
  const keys = sloKeys(route);
  const range = /** @type {(typeof RANGES)[string]} */ (RANGES[rangeOf(route)]);
  // A curve is worth reading again when its newest step is new.
  const stepMillis = Math.max(10_000, (range.seconds / range.points) * 1_000);
  return [
    fixed(keys.definition, 10_000, 60_000),
    { key: keys.status, path: () => statusPath(route), minMillis: 1_000, maxMillis: 10_000 },
    {
      key: keys.series,
      path: () => seriesPath(route, Date.now()),
      minMillis: stepMillis,
      maxMillis: stepMillis,
    },
    fixed(keys.alerts, 2_000, 15_000),
  ];
}

/** @param {Route} route */
function statusPath(route) {
  const objective = objectivePart(route.query.objective).slice(1);
  return `${sloPath(route.name ?? '')}/status${objective === '' ? '' : `?${objective}`}`;
}

/** @param {Route} route @param {number} nowMillis */
function seriesPath(route, nowMillis) {
  const range = /** @type {(typeof RANGES)[string]} */ (RANGES[rangeOf(route)]);
  const from = new Date(nowMillis - range.seconds * 1_000).toISOString();
  const to = new Date(nowMillis).toISOString();
  const objective = objectivePart(route.query.objective);
  return `${sloPath(route.name ?? '')}/series?from=${from}&to=${to}&points=${range.points}${objective}`;
}

/** What every view needs. @param {boolean} demo whether a demo may be there @returns {Need[]} */
function frameNeeds(demo) {
  const frame = [
    fixed(SLOS, 1_000, 10_000),
    fixed(OPEN_ALERTS, 1_000, 10_000),
    { ...fixed(INFO, HOUR, HOUR), absentMillis: HOUR },
  ];
  // Without a demo the answer is 404 and stays so.
  return demo ? [...frame, { ...fixed(FAULTS, 2_000, 10_000), absentMillis: HOUR }] : frame;
}

/**
 * What a view needs: the frame's own resources first.
 * @param {Route} route @param {boolean} demo whether a demo may be there
 * @returns {Need[]}
 */
export function needsOf(route, demo) {
  const frame = frameNeeds(demo);
  if (route.view === 'overview')
    return [...frame, fixed(SERVICES, 2_000, 10_000), fixed(PROBLEMS, 5_000, 15_000)];
  if (route.view === 'slo') return [...frame, ...sloNeeds(route)];
  if (route.view === 'alerts') return [...frame, fixed(ALERTS, 2_000, 15_000)];
  if (route.view === 'send') return [...frame, fixed(SERVICES, 2_000, 10_000)];
  return frame;
}
