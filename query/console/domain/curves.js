/** Turns the points of a series into the columns of a chart. */

/** @import {AlertRecord, SeriesPoint, TierReading} from '../../../engine/core/types.ts' */
/** @typedef {{ readonly at: number[], readonly values: (number | null)[] }} Columns Instants in epoch seconds. */
/** @typedef {{ readonly from: number, readonly to: number, readonly severity: string }} Band Epoch seconds. */

/** @type {Readonly<Record<string, { readonly seconds: number, readonly points: number }>>} */
export const RANGES = {
  '1h': { seconds: 3_600, points: 180 },
  '6h': { seconds: 21_600, points: 240 },
  '24h': { seconds: 86_400, points: 288 },
  '7d': { seconds: 604_800, points: 336 },
  '30d': { seconds: 2_592_000, points: 360 },
};
export const DEFAULT_RANGE = '6h';

/** @param {readonly SeriesPoint[]} points @param {'sli' | 'burn' | 'remainingRatio'} field @returns {Columns} */
export function columnsOf(points, field) {
  return {
    at: points.map((point) => Date.parse(point.at) / 1000),
    values: points.map((point) => point[field]),
  };
}

/**
 * The vertical range of a service level: from just below the worst point, or the target, up to 1. A level that
 * never left the neighbourhood of its target is not drawn as a cliff, and a total outage is not cut off.
 * @param {readonly (number | null)[]} values @param {number} target
 */
export function sliRange(values, target) {
  const worst = Math.min(target, ...values.filter((value) => value !== null));
  const room = Math.max((1 - worst) * 0.15, (1 - target) * 0.5);
  return { min: Math.max(0, worst - room), max: Math.min(1 + room * 0.25, 1 + 0.02) };
}

/** Alerts that fired within [from, to], clipped to it. @param {readonly AlertRecord[]} alerts @param {number} from @param {number} to @returns {Band[]} */
export function alertBands(alerts, from, to) {
  return alerts
    .filter((alert) => alert.state !== 'inhibited')
    .map((alert) => ({
      from: Math.max(from, Date.parse(alert.startedAt) / 1000),
      to: Math.min(to, alert.endedAt === null ? to : Date.parse(alert.endedAt) / 1000),
      severity: alert.severity,
    }))
    .filter((band) => band.to > band.from);
}

/** The factors of the tiers as lines, each factor once. @param {readonly TierReading[]} tiers */
export function factorLines(tiers) {
  const factors = [...new Set(tiers.map((tier) => tier.factor))].sort((a, b) => b - a);
  return factors.map((factor) => ({ value: factor, label: `${trim(factor)}×` }));
}

/** @param {number} factor */
const trim = (factor) => String(Number(factor.toFixed(2)));

/** Ticks a compressed burn axis may carry. */
const BURN_TICKS = [0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/**
 * The vertical range of a burn curve and its ticks: up to the highest point or the highest factor, with some room.
 * @param {readonly (number | null)[]} values @param {readonly number[]} factors
 */
export function burnScale(values, factors) {
  const highest = Math.max(1, ...factors, ...values.map((value) => value ?? 0));
  const max = highest * 1.35;
  return { range: { min: 0, max }, ticks: BURN_TICKS.filter((tick) => tick <= max) };
}
