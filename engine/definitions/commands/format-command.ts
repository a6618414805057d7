import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { formatSloFile } from '../../core/definitions/format-slo-file.ts';
import { type AskSettings, filesAt } from './load-paths.ts';
import { count, problemLine, say } from './output.ts';

const HELP = `
Properties come in OpenSLO's order, in blocks, two spaces deep, without quotes nobody needs. Comments, blank lines
between properties and every digit stay; what a file says never changes. A file whose YAML cannot be read is left alone.

Ends with 1 when a file cannot be read, and with --check when one is not formatted.

  npx valet slo fmt             formats the files of VALET_SLO_DIR
  npx valet slo fmt --check     for CI: names those that are not formatted`;

/** `valet slo fmt`. */
export function formatCommand(settings: AskSettings): Command {
  return new Command('fmt')
    .description('writes SLO files anew in one layout')
    .argument('[paths...]', 'files and directories; VALET_SLO_DIR when there are none')
    .option('--check', 'writes nothing')
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], { check = false }: { check?: boolean }) => {
      const files = await filesAt(paths, settings);
      let changed = 0;
      let unreadable = 0;
      for (const file of files) {
        const formatted = formatSloFile(file);
        if (typeof formatted !== 'string') {
          unreadable += 1;
          for (const problem of formatted) say(problemLine(problem));
        } else if (formatted !== file.text) {
          changed += 1;
          say(`${file.path}: ${check ? 'not formatted' : 'formatted'}`);
          if (!check) await writeFile(file.path, formatted);
        }
      }
      const left = unreadable === 0 ? '' : `, ${count(unreadable, 'file')} left alone`;
      say(`${count(files.length, 'file')}, ${changed} ${check ? 'not formatted' : 'formatted anew'}${left}`);
      if (unreadable > 0 || (check && changed > 0)) process.exitCode = 1;
    });
}
