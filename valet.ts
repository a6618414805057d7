#!/usr/bin/env node
/** The command line. */
import { Command } from 'commander';
import { describeConfiguration, loadConfiguration, variableOf } from './configuration.ts';
import { sloCommand } from './engine/definitions/slo-command.ts';
import { deadLetterCommand } from './ingest/dead-letters/command.ts';
import packageJson from './package.json' with { type: 'json' };
import { letHeapGrow } from './runtime/heap-growth.ts';
import { ConfigurationSchema } from './schemas/configuration.ts';
import { deadLetterAccess } from './serve/dead-letter-access.ts';
import { parseRoles, ROLES } from './serve/role.ts';
import { serve } from './serve/serve.ts';

const settings = Object.entries(ConfigurationSchema.properties)
  .map(
    ([key, schema]) => `  ${variableOf(key).padEnd(30)} ${(schema as { description?: string }).description}`,
  )
  .join('\n');

const program = new Command('valet')
  .description('OTLP in, service levels out.')
  .version(packageJson.version)
  .addHelpText('after', '\nStart here: npm start, or npm run demo for a shop that sends telemetry.');

program
  .command('serve')
  .description('takes OTLP, stores it, computes service levels, answers queries')
  .addHelpText(
    'after',
    `\nSettings (environment, or camel-case keys in valet.yaml; VALET_CONFIG names another file):\n${settings}`,
  )
  .option(
    '--role <list>',
    `what this process does, separated by commas: ${ROLES.join(', ')}`,
    ROLES.join(','),
  )
  .action(async ({ role }: { role: string }) => {
    letHeapGrow();
    await serve(loadConfiguration(process.env).values, parseRoles(role));
  });

program
  .command('config')
  .description('prints the effective settings and where each came from')
  .addHelpText('after', `\nSettings:\n${settings}`)
  .action(() => {
    process.stdout.write(`${describeConfiguration(loadConfiguration(process.env))}\n`);
  });

program.addCommand(sloCommand(() => loadConfiguration(process.env).values));
program.addCommand(deadLetterCommand(() => deadLetterAccess(loadConfiguration(process.env).values)));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}

/** A condition with a code is explained by its message; anything else is a defect, and its stack is wanted. */
function describe(error: unknown): string {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  return code === undefined || code.startsWith('ERR_') ? String(stack) : message;
}
