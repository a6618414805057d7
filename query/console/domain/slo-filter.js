/** Which SLOs the list shows, and in which order. */
import { rankOfFiring, rankOfState } from './states.js';

/** @import {SloSummary} from '../../../engine/core/types.ts' */
/** @typedef {{ readonly q?: string, readonly service?: string, readonly state?: string, readonly sort?: string }} SloFilter */

/** @type {Readonly<Record<string, string>>} */
export const SORTS = { worst: 'Worst first', budget: 'Least budget left', service: 'Service', name: 'Name' };

/** @param {SloSummary} slo @param {readonly string[]} words */
function matches(slo, words) {
  const text =
    `${slo.name} ${slo.displayName} ${slo.service} ${slo.dimension ?? ''} ${slo.description}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** @param {SloSummary} a @param {SloSummary} b */
const byName = (a, b) => a.service.localeCompare(b.service) || a.name.localeCompare(b.name);

/**
 * Orders change with states, not with every figure, so that rows do not move under the pointer; only the order by
 * budget follows the figures.
 * @type {Readonly<Record<string, (a: SloSummary, b: SloSummary) => number>>}
 */
const COMPARE = {
  worst: (a, b) =>
    rankOfState(a.state) - rankOfState(b.state) ||
    rankOfFiring(a.firing) - rankOfFiring(b.firing) ||
    byName(a, b),
  budget: (a, b) => (a.remainingRatio ?? 2) - (b.remainingRatio ?? 2) || byName(a, b),
  service: byName,
  name: (a, b) => a.displayName.localeCompare(b.displayName) || byName(a, b),
};

/** All words of `q` must occur in name, service, dimension or description. @param {readonly SloSummary[]} slos @param {SloFilter} filter */
export function filterSlos(slos, filter) {
  const words = (filter.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const sort = filter.sort ?? 'worst';
  const compare = Object.hasOwn(COMPARE, sort) ? COMPARE[sort] : COMPARE.worst;
  return slos
    .filter((slo) => !filter.service || slo.service === filter.service)
    .filter((slo) => !filter.state || slo.state === filter.state)
    .filter((slo) => matches(slo, words))
    .sort(compare);
}
