import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/valet-python/', import.meta.url));

/**
 * Path of a Python that has the packages of requirements.txt, checked by their hashes. Made once per list of packages
 * and version of Python, in the cache of node_modules. Throws when there is no python3 with venv and pip.
 */
export async function pythonWithSdk(): Promise<string> {
  const { stdout: version } = await python('python3', ['--version']);
  const name = createHash('sha256')
    .update(version)
    .update(readFileSync(REQUIREMENTS))
    .digest('hex')
    .slice(0, 16);
  const folder = join(CACHE, name);
  if (!existsSync(folder)) await make(folder);
  return join(folder, 'bin', 'python');
}

/** Beside its place first: what is in its place is complete, whoever else makes it meanwhile. */
async function make(folder: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const draft = `${folder}.${randomUUID()}`;
  try {
    await python('python3', ['-m', 'venv', draft]);
    await python(join(draft, 'bin', 'python'), [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'],
      ...['--require-hashes', '-r', REQUIREMENTS],
    ]);
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function python(program: string, args: readonly string[]): Promise<{ stdout: string }> {
  try {
    return await run(program, args);
  } catch (cause) {
    const needs = 'these tests need python3 with venv and pip (Debian: python3 python3-venv python3-pip)';
    throw new Error(`Cannot run ${program} ${args.slice(0, 3).join(' ')}; ${needs}`, { cause });
  }
}
