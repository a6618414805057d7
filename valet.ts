#!/usr/bin/env node
/** The command line. */
import { Command } from 'commander';
import { ConfigurationError, describeConfiguration, loadConfiguration, variableOf } from './configuration.ts';
import { ConfigurationSchema } from './schemas/configuration.ts';
import { serve } from './serve.ts';

const settings = Object.entries(ConfigurationSchema.properties)
  .map(([key, schema]) => `  ${variableOf(key).padEnd(30)} ${(schema as { description?: string }).description}`)
  .join('\n');

const program = new Command('valet')
  .description('OTLP in, service levels out.')
  .addHelpText('after', '\nStart here: npm start, or npm run demo for a shop that sends telemetry.');

program
  .command('serve')
  .description('takes OTLP, stores it, computes service levels, answers queries')
  .addHelpText(
    'after',
    `\nSettings (environment, or camel-case keys in valet.yaml; VALET_CONFIG names another file):\n${settings}`,
  )
  .action(async () => {
    await serve(loadConfiguration(process.env).values);
  });

program
  .command('config')
  .description('prints the effective settings and where each came from')
  .addHelpText('after', `\nSettings:\n${settings}`)
  .action(() => {
    process.stdout.write(`${describeConfiguration(loadConfiguration(process.env))}\n`);
  });

try {
  await program.parseAsync();
} catch (error) {
  const expected =
    error instanceof ConfigurationError || (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
