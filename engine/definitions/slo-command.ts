/** `valet slo …`: SLO files, without a running Valet. */
import { Command } from 'commander';
import { diffCommand } from './commands/diff-command.ts';
import { explainCommand } from './commands/explain-command.ts';
import { formatCommand } from './commands/format-command.ts';
import type { AskSettings } from './commands/load-paths.ts';
import { validateCommand } from './commands/validate-command.ts';

/** The command; exit codes are in the help of each part. */
export function sloCommand(settings: AskSettings): Command {
  const command = new Command('slo').description(
    'checks, explains, formats and compares SLO files, without a running Valet',
  );
  command.addCommand(validateCommand(settings));
  command.addCommand(explainCommand(settings));
  command.addCommand(formatCommand(settings));
  command.addCommand(diffCommand(settings));
  return command;
}
