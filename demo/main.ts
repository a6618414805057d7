/** `npm run demo`: Valet with all its roles, and a shop whose telemetry it takes. */
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { Command, InvalidArgumentError } from 'commander';
import { runDemo } from './run.ts';
import { FAULTS, type FaultName, isFaultName } from './shop/faults.ts';
import { switchFault } from './switch-fault.ts';

function faultName(text: string): FaultName {
  if (isFaultName(text)) return text;
  throw new InvalidArgumentError(`There are: ${Object.keys(FAULTS).join(', ')}`);
}

function onOff(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('Write on or off.');
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 100) return value;
  throw new InvalidArgumentError('Write a number above 0, at most 100.');
}

const faultList = Object.entries(FAULTS)
  .map(([name, description]) => `  ${name.padEnd(16)} ${description}`)
  .join('\n');

const program = new Command('npm run demo --')
  .description('Runs Valet and a demo shop that sends it traces, metrics and logs.')
  .option(
    '--fault <name>',
    'start with this fault on; may be repeated',
    (text, all: FaultName[]) => [...all, faultName(text)],
    [],
  )
  .option('--rate <requests>', 'customer requests per second, on average', positive, 3)
  .option('--no-history', 'skip the day of history that an empty data directory is filled with')
  .addHelpText(
    'after',
    `\nFaults:\n${faultList}\n\nData goes to ./data/demo unless VALET_DATA_DIR says otherwise.`,
  )
  .action(async (options: { fault: FaultName[]; rate: number; history: boolean }) => {
    diag.setLogger(new DiagConsoleLogger(), { logLevel: DiagLogLevel.ERROR });
    await runDemo({ faults: options.fault, requestsPerSecond: options.rate, history: options.history });
  });

program
  .command('fault')
  .description('switches a fault of the running demo')
  .argument('<name>', 'the fault', faultName)
  .argument('<state>', 'on or off', onOff)
  .action(async (name: FaultName, active: boolean) => {
    process.stdout.write(`${await switchFault(name, active)}\n`);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
