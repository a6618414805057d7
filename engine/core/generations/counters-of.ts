/** From definitions to what the meter counts. */
import type { Counter } from '../meter/counter.ts';
import type { DefinitionEntry } from '../records/definition-record.ts';
import type { RatioIndicator } from '../types.ts';

/** Makes the tests of an indicator; throws when its conditions cannot be read. */
export type BindIndicator = (indicator: RatioIndicator) => Counter['bind'];

/**
 * The counters of an SLO, one for each generation that still owns slices. A retired or replaced generation ends
 * where the next one begins.
 */
export function countersOf(entry: DefinitionEntry, bindIndicator: BindIndicator): readonly Counter[] {
  const { generations, retiredFrom, definition, slo } = entry;
  return generations.flatMap(({ generation, fromSlice, indicator }, index) => {
    const toSlice = generations[index + 1]?.fromSlice ?? retiredFrom ?? Number.POSITIVE_INFINITY;
    if (toSlice <= fromSlice) return [];
    const { tenant } = definition;
    const { signal } = indicator.total;
    return [{ slo, tenant, generation, signal, fromSlice, toSlice, bind: bindIndicator(indicator) }];
  });
}
