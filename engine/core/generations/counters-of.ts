/** From definitions to what the meter counts. */
import type { Counter, IndicatorConditions } from '../meter/counter.ts';
import type { DefinitionEntry } from '../records/definition-record.ts';
import type { RatioIndicator } from '../types.ts';

/** Reads the conditions of an indicator; throws when it cannot. */
export type ReadConditions = (indicator: RatioIndicator) => IndicatorConditions;

/**
 * The counters of an SLO, one for each generation that still owns slices. A retired or replaced generation ends
 * where the next one begins.
 */
export function countersOf(entry: DefinitionEntry, readConditions: ReadConditions): readonly Counter[] {
  const { generations, retiredFrom, definition, slo } = entry;
  return generations.flatMap(({ generation, fromSlice, indicator }, index) => {
    const toSlice = generations[index + 1]?.fromSlice ?? retiredFrom ?? Number.POSITIVE_INFINITY;
    if (toSlice <= fromSlice) return [];
    const { tenant } = definition;
    return [{ slo, tenant, generation, fromSlice, toSlice, conditions: readConditions(indicator) }];
  });
}
