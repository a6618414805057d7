/** The jars of the broker, from Maven Central, resolved once per checkout and `pom.xml`. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/valet-kafka/', import.meta.url));
const POM = fileURLToPath(new URL('pom.xml', import.meta.url));

/** The folder with the jars; resolves them first when nobody has. Safe in several processes at once. */
export async function kafkaJars(): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12);
  const folder = join(CACHE, hash);
  if (existsSync(folder)) return folder;
  await checkInstalled();
  await mkdir(CACHE, { recursive: true });
  await withLock(join(CACHE, 'lock'), async () => {
    if (existsSync(folder)) return;
    const resolving = await mkdtemp(join(CACHE, 'resolving-'));
    try {
      await resolveInto(resolving);
      // Only a complete folder ever bears the final name; another process may have been as far.
      await rename(join(resolving, 'jars'), folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(resolving, { recursive: true, force: true });
    }
  });
  return folder;
}

/** Maven keeps its `target` beside the pom, so it gets a copy. */
async function resolveInto(folder: string): Promise<void> {
  await copyFile(POM, join(folder, 'pom.xml'));
  const options = [`-DoutputDirectory=${join(folder, 'jars')}`, '-DincludeScope=runtime'];
  await run('mvn', ['-q', '-B', '-ntp', 'dependency:copy-dependencies', ...options], { cwd: folder });
}

async function checkInstalled(): Promise<void> {
  for (const [program, flag] of [
    ['java', '-version'],
    ['mvn', '-version'],
  ] as const)
    await run(program, [flag]).catch((cause: unknown) => {
      throw new Error(
        `Cannot start a Kafka broker as it needs "java" (17 or newer) and "mvn" (Maven) on the PATH: "${program}" does not run`,
        { cause },
      );
    });
}

/** One process at a time; the lock of a process that is gone counts no more. */
async function withLock(path: string, act: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const owner = Number(await readFile(path, 'utf8').catch(() => '0'));
      if (owner > 0 && !isAlive(owner)) await rm(path, { force: true });
      await sleep(200);
    }
  }
  try {
    await act();
  } finally {
    await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
