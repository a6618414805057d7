/** SLO files for a command: those it names, or those of the settings. */
import { type LoadedDefinitions, loadDefinitions } from '../../core/definitions/load-definitions.ts';
import { findSloFiles } from '../find-slo-files.ts';
import type { SloFile } from '../read-slo-files.ts';

/** What of the configuration the commands need. */
export interface SloSettings {
  readonly sloDir: string;
  readonly sloStrict: boolean;
}

/** Asked for when a command runs, and not before. */
export type AskSettings = () => SloSettings;

export interface Loaded extends LoadedDefinitions {
  readonly files: number;
}

/** The files at the paths, at the SLO directory without any. Rejects with a `SloCommandError`. */
export function filesAt(paths: readonly string[], settings: AskSettings): Promise<readonly SloFile[]> {
  return findSloFiles(paths.length > 0 ? paths : [settings().sloDir]);
}

/** The definitions in the files at the paths. */
export async function loadPaths(
  paths: readonly string[],
  settings: AskSettings,
  isStrict = settings().sloStrict,
): Promise<Loaded> {
  const files = await filesAt(paths, settings);
  return { ...loadDefinitions(files, { isStrict }), files: files.length };
}
