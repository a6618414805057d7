import { Command } from 'commander';
import { diffDefinitions, type SloChange } from '../../core/definitions/diff-definitions.ts';
import { type AskSettings, loadPaths } from './load-paths.ts';
import { complain, isError, problemLine, say } from './output.ts';

const HELP = `
Says of each SLO that was added, removed or changed what that means: what is counted (a new generation begins then,
without history), window, objectives, tiers. Layout, comments, and the file an SLO stands in do not count.

Ends with 0 when nothing changes, with 1 when something does, with 2 when a file has a problem: it is named, and nothing
is compared.

  git worktree add ../before main && npx valet slo diff ../before/slos slos`;

const MARKS = { added: '+', removed: '-', changed: '~' } as const;

/** `valet slo diff`. */
export function diffCommand(settings: AskSettings): Command {
  return new Command('diff')
    .description('says what an edit of SLO files changes')
    .argument('<before>', 'a file or directory as it was')
    .argument('<after>', 'and as it is')
    .option('--json', 'one JSON object a change')
    .addHelpText('after', HELP)
    .action(async (beforePath: string, afterPath: string, { json }: { json?: boolean }) => {
      const [before, after] = await Promise.all(
        [beforePath, afterPath].map((path) => loadPaths([path], settings)),
      );
      const errors = [...(before?.problems ?? []), ...(after?.problems ?? [])].filter(isError);
      for (const problem of errors) complain(problemLine(problem));
      if (errors.length > 0) {
        process.exitCode = 2;
        return;
      }
      const edit = { before: before?.definitions ?? [], after: after?.definitions ?? [] };
      const changes = diffDefinitions(edit, Date.now());
      for (const change of changes) say(json ? JSON.stringify(change) : changeText(change));
      if (!json) say(summary(changes, edit.after.length));
      if (changes.length > 0) process.exitCode = 1;
    });
}

function changeText({ kind, name, file, lines }: SloChange): string {
  return [`${MARKS[kind]} ${name} · ${kind} · ${file}`, ...lines.map((line) => `    ${line}`), ''].join('\n');
}

function summary(changes: readonly SloChange[], present: number): string {
  const numberOf = (kind: SloChange['kind']) => changes.filter((change) => change.kind === kind).length;
  const [added, removed, changed] = [numberOf('added'), numberOf('removed'), numberOf('changed')];
  return `${added} added, ${removed} removed, ${changed} changed, ${present - added - changed} as before`;
}
