/** `node bench/peers/main.ts`: what Valet and the OpenTelemetry Collector cost on the same path, measured in turns. */
import { availableParallelism, cpus } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import { type Measurement, measure } from './measure.ts';
import { KAFKAS, type KafkaKind } from './sinks.ts';
import { DESTINATIONS, type Destination, type Path, type SystemName } from './types.ts';

interface Options {
  readonly signal: Signal;
  readonly protocol: Path['protocol'];
  readonly gzip: boolean;
  readonly records: number;
  readonly passes: number;
  readonly kafka: KafkaKind;
  readonly targetCore: string;
  readonly otherCores: string;
  readonly only?: SystemName;
  readonly valetCommand?: string;
}

const SYSTEMS: readonly SystemName[] = ['Collector', 'Valet'];
const MAX_RECORDS = 4_000_000;
const MAX_PASSES = 10;

function within(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Write an integer from ${least} to ${most}.`);
  };
}

function destinationName(text: string, chosen: readonly Destination[] = []): readonly Destination[] {
  const found = DESTINATIONS.find((destination) => destination === text);
  if (found) return [...chosen, found];
  throw new InvalidArgumentError(`There are: ${DESTINATIONS.join(', ')}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Measures the systems alternately: the same path varies more between passes than between neighbours. */
async function compare(path: Path, options: Options): Promise<void> {
  const { records, passes, kafka, targetCore, otherCores, only, valetCommand } = options;
  print(`\nOTLP/${path.protocol}${path.gzip ? ' gzip' : ''} → ${path.destination}, ${path.signal}`);
  const found: Record<SystemName, Measurement[]> = { Collector: [], Valet: [] };
  for (let pass = 1; pass <= passes; pass++) {
    for (const system of only === undefined ? SYSTEMS : [only]) {
      const measurement = await measure(system, path, {
        records,
        kafka,
        cores: { target: targetCore, others: otherCores },
        ...(valetCommand === undefined ? {} : { valetCommand }),
      });
      found[system].push(measurement);
      print(`  ${pass} ${system.padEnd(10)} ${described(measurement)}`);
    }
  }
  if (only === undefined) print(`  Collector / Valet: ${ratios(found.Collector, found.Valet)}`);
}

function described(measurement: Measurement): string {
  const { cpuSecondsPerMillion, sinkCpuSecondsPerMillion, recordsPerSecond, peakMib } = measurement;
  const { errors, partial } = measurement;
  return [
    `${cpuSecondsPerMillion.toFixed(2)} CPU s per million`,
    `${Math.round(1e6 / cpuSecondsPerMillion).toLocaleString('en')} per CPU second`,
    ...(sinkCpuSecondsPerMillion === undefined
      ? []
      : [`destination ${sinkCpuSecondsPerMillion.toFixed(2)} CPU s per million`]),
    `${Math.round(recordsPerSecond).toLocaleString('en')} per second`,
    `${Math.round(peakMib)} MiB at most`,
    ...(errors > 0 ? [`${errors} ERRORS`] : []),
    ...(partial > 0 ? [`${partial} PARTIAL ANSWERS`] : []),
  ].join(' · ');
}

function ratios(collector: readonly Measurement[], valet: readonly Measurement[]): string {
  const cpu = ratio(collector, valet, ({ cpuSecondsPerMillion }) => cpuSecondsPerMillion);
  const sink = ratio(collector, valet, ({ sinkCpuSecondsPerMillion }) => sinkCpuSecondsPerMillion ?? 0);
  return `${cpu.toFixed(2)} of CPU${Number.isFinite(sink) ? `, ${sink.toFixed(2)} of the destination's` : ''}`;
}

function ratio(
  left: readonly Measurement[],
  right: readonly Measurement[],
  figure: (measurement: Measurement) => number,
): number {
  return median(left.map(figure)) / median(right.map(figure));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

await new Command('node bench/peers/main.ts')
  .description(
    'Measures Valet and the Collector in turns on the same payload. Build first: bench/peers/build.sh',
  )
  .argument('[destinations...]', `where to: ${DESTINATIONS.join(', ')}; all by default`, destinationName)
  .addOption(new Option('--signal <name>', 'what is sent').choices(SIGNALS).default('traces'))
  .addOption(new Option('--protocol <name>', 'how it is sent').choices(['grpc', 'http']).default('grpc'))
  .option('--gzip', 'requests are compressed', false)
  .option('--records <n>', 'per measurement', within(50_000, MAX_RECORDS), 500_000)
  .option('--passes <n>', 'measurements of each system', within(1, MAX_PASSES), 3)
  .addOption(
    new Option('--kafka <kind>', 'a mock that keeps nothing, or a real broker')
      .choices(KAFKAS)
      .default('mock'),
  )
  .option('--target-core <list>', 'processors of what is measured', '0')
  .option('--other-cores <list>', 'processors of sender and destination', '1')
  .addOption(new Option('--only <system>', 'measure one, without ratios').choices(SYSTEMS))
  .option('--valet-command <line>', "instead of Valet's own command line; VALET_* variables tell it where")
  .action(async (destinations: readonly Destination[], options: Options) => {
    print(
      `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
    );
    print(`${options.records.toLocaleString('en')} records per measurement; user + system CPU`);
    const { signal, protocol, gzip } = options;
    for (const destination of destinations.length > 0 ? destinations : DESTINATIONS)
      await compare({ destination, signal, protocol, gzip }, options);
  })
  .parseAsync();
