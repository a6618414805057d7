/**
 * Definitions over time.
 *
 * 1. An edit that leaves the indicator alone keeps generation and history: counts are stored, not ratios.
 * 2. An edit of what is counted starts a new generation at the next slice edge; the old one keeps the slices before,
 *    so every slice belongs to exactly one generation, however far behind the meter is.
 * 3. A generation defined before its signal had any event holds from the beginning (slice 0).
 * 4. A definition that goes away is retired, not deleted: coming back it gets a new number.
 */
import type { DefinitionEntry } from '../records/definition-record.ts';
import { sloKey } from '../slo-key.ts';
import type { SloDefinition } from '../types.ts';
import { generationHash } from './generation-hash.ts';

/** Older generations than these are forgotten; their rows stay in ClickHouse. */
const KEPT_GENERATIONS = 3;

/** When a definition arrives. */
export interface PlanInstant {
  /** The first slice that has not begun yet. */
  readonly nextSlice: number;
  /** Whether any event of the definition's signal has been metered. */
  readonly hasData: boolean;
}

/** Whether the definition counts what the one in force does. */
export function keepsGeneration(previous: DefinitionEntry | undefined, definition: SloDefinition): boolean {
  const latest = previous?.generations.at(-1);
  return previous?.retiredFrom === null && latest?.hash === generationHash(definition);
}

/** The entry after `definition` arrived, given the entry before it. */
export function planDefinition(
  previous: DefinitionEntry | undefined,
  definition: SloDefinition,
  { nextSlice, hasData }: PlanInstant,
): DefinitionEntry {
  if (previous !== undefined && keepsGeneration(previous, definition)) return { ...previous, definition };
  const slo = sloKey(definition);
  const hash = generationHash(definition);
  const latest = previous?.generations.at(-1);
  const fromSlice = hasData ? nextSlice : (latest?.fromSlice ?? 0);
  const generation = (latest?.generation ?? 0) + 1;
  const added = { generation, hash, fromSlice, indicator: definition.indicator };
  const generations = [...(previous?.generations ?? []), added].slice(-KEPT_GENERATIONS);
  return { kind: 'slo', slo, definition, generations, retiredFrom: null };
}

/** The entry after its definition has gone. */
export function retireDefinition(previous: DefinitionEntry, nextSlice: number): DefinitionEntry {
  return { ...previous, retiredFrom: nextSlice };
}
