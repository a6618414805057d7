/** The SLO directory as texts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One file: path relative to the directory, with forward slashes. */
export interface SloFile {
  readonly path: string;
  readonly text: string;
}

const ENDING = /\.ya?ml$/;
/** What begins with a dot is not the user's: a mounted ConfigMap keeps its files there, with a link to each beside it. */
const HIDDEN = /(^|\/)\./;

/**
 * The YAML files under a directory in the order of their paths, hidden ones and those in hidden folders left out.
 * Rejects when the directory cannot be read.
 */
export async function readSloFiles(directory: string): Promise<readonly SloFile[]> {
  const entries = await readdir(directory, { recursive: true });
  const paths = entries
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => ENDING.test(path) && !HIDDEN.test(path));
  const files = await Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readIfThere(join(directory, path)) })),
  );
  return files.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
}

/** A file may vanish between listing and reading. */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
