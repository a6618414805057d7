import { Command } from 'commander';
import type { DefinitionProblem } from '../../core/types.ts';
import { type AskSettings, loadPaths } from './load-paths.ts';
import { count, isError, problemLine, say } from './output.ts';

const HELP = `
Ends with 0 when every SLO is in order, with 1 when anything has to be mended. A warning changes neither.

Each line is file, line, code (docs/errors.md), property, and what to write instead:
  slos/login.yaml:12: invalid-target at spec.objectives[0].target: Cannot use 99.9 as target: …

  npx valet slo validate                  the files of VALET_SLO_DIR
  npx valet slo validate --strict slos    for CI: what deviates from OpenSLO is a problem, too`;

/** `valet slo validate`. */
export function validateCommand(settings: AskSettings): Command {
  return new Command('validate')
    .description('says what is wrong with SLO files')
    .argument('[paths...]', 'files and directories; VALET_SLO_DIR when there are none')
    .option('--strict', 'refuses what deviates from OpenSLO; also by VALET_SLO_STRICT=true')
    .option('--json', 'one JSON object a problem')
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], { json, strict }: { json?: boolean; strict?: boolean }) => {
      const { definitions, problems, files } = await loadPaths(paths, settings, strict);
      for (const problem of problems) say(json ? JSON.stringify(problem) : problemLine(problem));
      const summary = `${count(files, 'file')}, ${count(definitions.length, 'SLO')} in order`;
      if (!json) say(`${summary}, ${tally(problems)}`);
      if (problems.some(isError)) process.exitCode = 1;
    });
}

/** `2 problems`, `0 problems, 1 warning`. */
function tally(problems: readonly DefinitionProblem[]): string {
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  return count(errors, 'problem') + (warnings === 0 ? '' : `, ${count(warnings, 'warning')}`);
}
