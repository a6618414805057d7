import { telemetry } from './0001-telemetry.ts';
import { results } from './0002-results.ts';
import { deadLetters } from './0003-dead-letters.ts';
import { windows } from './0004-windows.ts';
import { migrationOf, namesOf } from './render.ts';
import type { Layout, LayoutStep, Migration } from './types.ts';

/** Every step, in order. A new one is added at the end; an old one is never edited. */
const STEPS: readonly LayoutStep[] = [telemetry, results, deadLetters, windows];

/** The steps as statements for the layout. */
export function migrationsFor(layout: Layout): readonly Migration[] {
  return STEPS.map((step) => migrationOf(step, layout));
}

/** Every name the steps make. */
export function namesFor(layout: Layout): readonly string[] {
  return STEPS.flatMap(({ definitions }) => definitions.flatMap((definition) => namesOf(definition, layout)));
}

/** Those of a single server. */
export const MIGRATIONS: readonly Migration[] = migrationsFor('single');
