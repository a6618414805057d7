import { telemetry } from './0001-telemetry.ts';
import { results } from './0002-results.ts';
import type { Migration } from './types.ts';

/** Every migration, in order. A new one is added at the end; an old one is never edited. */
export const MIGRATIONS: readonly Migration[] = [telemetry, results];
