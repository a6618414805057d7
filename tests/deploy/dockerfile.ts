/** The part of the Dockerfile's language that ours uses, and a build of its own files without Docker. */
import { cpSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, read } from './compose-file.ts';

export interface Copy {
  /** The stage it copies out of; undefined: the build context. */
  readonly stage: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export interface Stage {
  readonly name: string;
  /** The image or stage it begins with. */
  readonly base: string;
  readonly copies: readonly Copy[];
  /** All its instructions, one a line, continuations joined. */
  readonly instructions: readonly string[];
}

/** The stages by name, in their order. */
export function readStages(): ReadonlyMap<string, Stage> {
  const lines = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '');
  const stages = new Map<string, Stage & { instructions: string[]; copies: Copy[] }>();
  let current: (Stage & { instructions: string[]; copies: Copy[] }) | undefined;
  for (const line of lines) {
    const [, base, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (base !== undefined && name !== undefined) {
      current = { name, base, copies: [], instructions: [] };
      stages.set(name, current);
    }
    current?.instructions.push(line);
    const [, stage, paths] = /^COPY (?:--from=(\S+) )?(.+)$/.exec(line) ?? [];
    if (paths === undefined) continue;
    const words = paths.split(' ');
    current?.copies.push({ stage, sources: words.slice(0, -1), target: words.at(-1) ?? '' });
  }
  return stages;
}

/** The stage with what it begins with, the earliest first. */
export function chain(stages: ReadonlyMap<string, Stage>, name: string): readonly Stage[] {
  const stage = stages.get(name);
  return stage ? [...chain(stages, stage.base), stage] : [];
}

/** Whether `.dockerignore`, which leaves everything out but what it names, lets a path into the build. */
export function isInContext(path: string): boolean {
  const lines = read('.dockerignore').split('\n');
  if (lines[0] !== '**')
    throw new RangeError('Cannot read a .dockerignore that begins with something else than **');
  const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  if (basename(path) === 'README.md' && lines.includes('**/README.md')) return false;
  return allowed.some((name) => path === name || path.startsWith(`${name}/`));
}

/** Puts what the stage takes from the repository into a folder, as its image has it in `/app`. */
export function assemble(stages: ReadonlyMap<string, Stage>, name: string, folder: string): void {
  for (const { stage, sources, target } of chain(stages, name).flatMap(({ copies }) => copies)) {
    if (stage !== undefined) continue;
    for (const source of sources) {
      if (!isInContext(source)) throw new Error(`.dockerignore keeps ${source} out`);
      const into = target.endsWith('/') ? join(folder, target, basename(source)) : join(folder, target);
      mkdirSync(join(into, '..'), { recursive: true });
      cpSync(new URL(source, ROOT), into, {
        recursive: true,
        filter: (path) => isInContext(path.slice(fileURLToPath(ROOT).length)),
      });
    }
  }
}
