/** Numbers as an operator reads them. Figures are never rounded in the flattering direction. */

/** Narrow no-break space: between a number and its unit. */
const GAP = '\u202f';
/** What stands for a figure that does not exist. */
export const ABSENT = '—';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** @param {number} value @param {number} decimals */
const floorTo = (value, decimals) => Math.floor(value * 10 ** decimals + 1e-6) / 10 ** decimals;

/** @param {string} text */
const trimZeros = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/**
 * A service level as a percentage, cut off rather than rounded, with as many digits as its nines ask for: a level
 * below its target never reads as meeting it, and only a level without a bad event reads 100 %.
 * @param {number | null} ratio 0..1
 */
export function formatSli(ratio) {
  if (ratio === null) return ABSENT;
  if (ratio >= 1) return `100${GAP}%`;
  const nines = Math.ceil(-Math.log10(1 - ratio) - 1e-9);
  const decimals = Math.min(6, Math.max(2, nines - 1));
  const text = floorTo(ratio * 100, decimals).toFixed(decimals);
  return `${text.replace(/(\.\d\d\d*?)0+$/, '$1')}${GAP}%`;
}

/** A target as written: 99.9 %. @param {number} ratio 0..1 */
export function formatTarget(ratio) {
  return `${trimZeros((ratio * 100).toFixed(6))}${GAP}%`;
}

/**
 * Budget left, in percent of the budget: negative when overspent, and not clamped.
 * @param {number | null} ratio at most 1
 */
export function formatBudget(ratio) {
  if (ratio === null) return ABSENT;
  const percent = ratio * 100;
  const decimals = Math.abs(percent) < 1000 ? 1 : 0;
  const cut = floorTo(percent, decimals);
  const text = decimals === 0 ? grouped.format(Math.abs(cut)) : trimZeros(Math.abs(cut).toFixed(decimals));
  return `${cut < 0 ? '−' : ''}${text}${GAP}%`;
}

/** A share such as coverage, cut off at one decimal. @param {number | null} ratio 0..1 */
export function formatShare(ratio) {
  return ratio === null ? ABSENT : `${trimZeros(floorTo(ratio * 100, 1).toFixed(1))}${GAP}%`;
}

/** How far a level is from its target, in percentage points. @param {number} sli @param {number} target */
export function formatDistance(sli, target) {
  const points = (sli - target) * 100;
  const size = Math.abs(points);
  const decimals = size >= 1 ? 1 : Math.min(6, Math.max(2, Math.ceil(-Math.log10(size || 1)) + 1));
  if (size < 1e-9) return 'on target';
  return `${trimZeros(size.toFixed(decimals))}${GAP}pp ${points < 0 ? 'below' : 'above'} target`;
}

const STEPS = /** @type {const} */ ([
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
]);

/** A count, short from ten thousand on: 4,320 and 43.2 k. @param {number | null} count */
export function formatCount(count) {
  if (count === null) return ABSENT;
  if (Math.abs(count) < 10_000) return trimZeros(formatSmall(count));
  // 0.9995 so that 999,960 turns into 1 M and not into 1000 k.
  const step = STEPS.find(([size]) => Math.abs(count) >= size * 0.9995) ?? STEPS[3];
  return `${trimZeros((count / step[0]).toPrecision(3))}${GAP}${step[1]}`;
}

/** @param {number} count */
function formatSmall(count) {
  if (Number.isInteger(count)) return grouped.format(count);
  return Math.abs(count) < 1 ? formatFraction(count) : count.toFixed(1);
}

/** Every digit of a count; of a share of time slices three of them. @param {number | null} count */
export function formatExact(count) {
  if (count === null) return ABSENT;
  return Number.isInteger(count) ? grouped.format(count) : formatFraction(count);
}

/** @param {number} count */
function formatFraction(count) {
  return Math.abs(count) < 100 ? String(Number(count.toPrecision(3))) : grouped.format(Math.round(count));
}

/** A burn rate: 14.4×. @param {number | null} rate */
export function formatBurn(rate) {
  if (rate === null) return ABSENT;
  if (rate > 0 && rate < 0.01) return '<0.01×';
  const decimals = rate >= 100 ? 0 : rate >= 10 ? 1 : 2;
  return `${trimZeros(rate.toFixed(decimals))}×`;
}
