import { Command } from 'commander';
import { explainSlo } from '../../core/definitions/explain-slo.ts';
import { suggestion } from '../../core/nearest-name.ts';
import type { SloDefinition } from '../../core/types.ts';
import { SloCommandError } from '../errors.ts';
import { type AskSettings, loadPaths } from './load-paths.ts';
import { complain, count, isError, say } from './output.ts';

/** `valet slo explain`. */
export function explainCommand(settings: AskSettings): Command {
  return new Command('explain')
    .description('says what SLOs count, what they allow, and when they alert')
    .argument('[name]', 'of one; all without it')
    .option('--in <path...>', 'files and directories; VALET_SLO_DIR when there are none')
    .action(async (name: string | undefined, { in: paths = [] }: { in?: readonly string[] }) => {
      const { definitions, problems } = await loadPaths(paths, settings);
      const chosen = name === undefined ? definitions : [named(name, definitions)];
      const nowMillis = Date.now();
      say(chosen.map((slo) => explainSlo(slo, nowMillis)).join('\n\n'));
      const errors = problems.filter(isError).length;
      if (errors > 0) complain(`${count(errors, 'problem')} in the files: npx valet slo validate`);
    });
}

function named(name: string, definitions: readonly SloDefinition[]): SloDefinition {
  const found = definitions.find((definition) => definition.name === name);
  if (found) return found;
  const names = definitions.map((definition) => definition.name);
  const advice = suggestion(name, names) || (names.length > 0 ? `; there are: ${names.join(', ')}` : '');
  throw new SloCommandError('no-such-slo', `There is no SLO ${name} in order${advice}`);
}
