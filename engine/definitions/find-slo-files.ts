import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SloCommandError } from './errors.ts';
import { readSloFiles, type SloFile } from './read-slo-files.ts';

/**
 * The SLO files that paths of files and directories name, their own paths as they can be opened from here. Rejects with
 * {@link SloCommandError} for a path that cannot be read.
 */
export async function findSloFiles(paths: readonly string[]): Promise<readonly SloFile[]> {
  const found = await Promise.all(paths.map(filesAt));
  // A file may be named by itself and by its directory.
  return [...new Map(found.flat().map((file) => [file.path, file])).values()];
}

async function filesAt(path: string): Promise<readonly SloFile[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ path: join(path), text: await readFile(path, 'utf8') }];
    const files = await readSloFiles(path);
    return files.map((file) => ({ ...file, path: join(path, file.path) }));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file or directory' : message;
    throw new SloCommandError(
      'slo-files-unreadable',
      `Cannot read ${path}: ${why}. Name files or directories with SLOs, or set VALET_SLO_DIR`,
      { cause },
    );
  }
}
