/** `valet slo validate | explain`: what SLO files say, without a running Valet. */
import { Command } from 'commander';
import { explainSlo } from '../core/definitions/explain-slo.ts';
import { type LoadedDefinitions, loadDefinitions } from '../core/definitions/load-definitions.ts';
import { suggestion } from '../core/nearest-name.ts';
import type { DefinitionProblem, SloDefinition } from '../core/types.ts';
import { SloCommandError } from './errors.ts';
import { findSloFiles } from './find-slo-files.ts';

interface Found extends LoadedDefinitions {
  readonly files: number;
}

/** The command; `sloDir` is asked for when no path is given. Problems in files end the process with 1. */
export function sloCommand(sloDir: () => string): Command {
  const load = async (paths: readonly string[]): Promise<Found> => {
    const files = await findSloFiles(paths.length > 0 ? paths : [sloDir()]);
    return { ...loadDefinitions(files), files: files.length };
  };
  const command = new Command('slo').description('checks and explains SLO files, without a running Valet');
  command.addCommand(validateCommand(load));
  command.addCommand(explainCommand(load));
  return command;
}

type Load = (paths: readonly string[]) => Promise<Found>;

function validateCommand(load: Load): Command {
  return new Command('validate')
    .description('says what is wrong with SLO files; ends with 1 when anything is')
    .argument('[paths...]', 'files and directories; VALET_SLO_DIR when there are none')
    .option('--json', 'one JSON object a problem')
    .action(async (paths: readonly string[], { json }: { json?: boolean }) => {
      const found = await load(paths);
      const { definitions, problems, files } = found;
      for (const problem of problems) say(json ? JSON.stringify(problem) : problemLine(problem));
      if (!json)
        say(
          `${count(files, 'file')}, ${count(definitions.length, 'SLO')} in order, ${count(problems.length, 'problem')}`,
        );
      if (problems.length > 0) process.exitCode = 1;
    });
}

function explainCommand(load: Load): Command {
  return new Command('explain')
    .description('says what SLOs count, what they allow, and when they alert')
    .argument('[name]', 'of one; all without it')
    .option('--in <path...>', 'files and directories; VALET_SLO_DIR when there are none')
    .action(async (name: string | undefined, { in: paths = [] }: { in?: readonly string[] }) => {
      const { definitions, problems } = await load(paths);
      const chosen = name === undefined ? definitions : [named(name, definitions)];
      say(chosen.map(explainSlo).join('\n\n'));
      if (problems.length === 0) return;
      const what = `${count(problems.length, 'problem')} in the files: npx valet slo validate`;
      process.stderr.write(`${what}\n`);
    });
}

function named(name: string, definitions: readonly SloDefinition[]): SloDefinition {
  const found = definitions.find((definition) => definition.name === name);
  if (found) return found;
  const names = definitions.map((definition) => definition.name);
  const advice = suggestion(name, names) || (names.length > 0 ? `; there are: ${names.join(', ')}` : '');
  throw new SloCommandError('no-such-slo', `There is no SLO ${name} in order${advice}`);
}

function problemLine({ file, line, path, code, message }: DefinitionProblem): string {
  return `${file}:${line}: ${code}${path === '' ? '' : ` at ${path}`}: ${message}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
