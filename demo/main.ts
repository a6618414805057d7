/** `npm run demo`: Valet with all its roles, and a shop whose telemetry it takes; or the shop alone. */
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ControlAddress } from './control.ts';
import { runDemo } from './run.ts';
import { runElsewhere } from './run-elsewhere.ts';
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

function controlAddress(text: string): ControlAddress {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host !== '' && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InvalidArgumentError('Write HOST:PORT.');
}

/** The options of both ways to run the shop. */
interface LoadOptions {
  readonly fault: readonly FaultName[];
  readonly rate: number;
  readonly history: boolean;
}

function withLoadOptions(command: Command): Command {
  return command
    .option(
      '--fault <name>',
      'start with this fault on; may be repeated',
      (text, all: FaultName[]) => [...all, faultName(text)],
      [],
    )
    .option('--rate <requests>', 'customer requests per second, on average', positive, 3)
    .option('--no-history', 'skip the day of history that an empty Valet is filled with');
}

function loadOf({ fault, rate, history }: LoadOptions) {
  return { faults: fault, requestsPerSecond: rate, history };
}

const faultList = Object.entries(FAULTS)
  .map(([name, description]) => `  ${name.padEnd(16)} ${description}`)
  .join('\n');

diag.setLogger(new DiagConsoleLogger(), { logLevel: DiagLogLevel.ERROR });

const program = withLoadOptions(new Command('npm run demo --'))
  .description('Runs Valet and a demo shop that sends it traces, metrics and logs.')
  // What comes after `shop` is the shop's.
  .enablePositionalOptions()
  .addHelpText(
    'after',
    `\nFaults:\n${faultList}\n\nData goes to ./data/demo unless VALET_DATA_DIR says otherwise.`,
  )
  .action(async (options: LoadOptions) => {
    await runDemo(loadOf(options));
  });

withLoadOptions(program.command('shop'))
  .description('the shop alone, sending to a Valet that already runs')
  .option('--grpc-url <url>', 'its OTLP over gRPC', 'http://127.0.0.1:4317')
  .option('--http-url <url>', 'its OTLP over HTTP', 'http://127.0.0.1:4318')
  .option('--sql-url <url>', 'its SQL', 'http://127.0.0.1:8123')
  .addOption(
    new Option('--control <host:port>', 'where the fault switches listen')
      .argParser(controlAddress)
      .default({ host: '127.0.0.1', port: 8090 }, '127.0.0.1:8090'),
  )
  .action(
    async (
      options: LoadOptions & { grpcUrl: string; httpUrl: string; sqlUrl: string; control: ControlAddress },
    ) => {
      const { grpcUrl, httpUrl, sqlUrl, control } = options;
      await runElsewhere({ ...loadOf(options), target: { grpcUrl, httpUrl }, sqlUrl, control });
    },
  );

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
