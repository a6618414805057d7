/** `npm run bench`: CPU seconds per million spans of each stage, on its own and in the pipeline; alert quality. */
import { availableParallelism, cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { SIGNALS, type Signal } from '../schemas/names.ts';
import { alertsReport } from './alerts/alerts-report.ts';
import { benchAlerts, RUNS_PER_SERVICE } from './alerts/bench-alerts.ts';
import { benchDecodeEncode, decodeEncodeReport } from './decode-encode.ts';
import { benchEngine, engineReport } from './engine/engine.ts';
import { benchInsert, insertReport } from './insert.ts';
import { benchEndToEnd, endToEndReport } from './pipeline/end-to-end.ts';
import { benchIdle, idleReport } from './pipeline/idle.ts';
import { benchKafkaToClickhouse, kafkaToClickhouseReport } from './pipeline/kafka-to-clickhouse.ts';
import { benchOtlpToKafka, otlpToKafkaReport } from './pipeline/otlp-to-kafka.ts';
import { benchReceive, receiveReport } from './receive.ts';

interface StageOptions {
  readonly spans: number;
  readonly minutes: number;
  /** Spans a second of end-to-end; absent: as many as are acknowledged. */
  readonly rate?: number;
  /** Of the stages through Kafka. */
  readonly signals: readonly Signal[];
  /** Of alerts. */
  readonly seed: number;
  readonly services: number;
}

interface Stage {
  readonly title: string;
  run(options: StageOptions): Promise<readonly string[]>;
}

const STAGES: Readonly<Record<string, Stage>> = {
  receive: {
    title: 'Receive, validate, append durably, answer (CPU of the receivers’ process)',
    run: async ({ spans }) => receiveReport(await benchReceive({ spans })),
  },
  'decode-encode': {
    title: 'Decode OTLP to columns, encode Native blocks',
    run: async ({ spans }) => decodeEncodeReport(benchDecodeEncode({ records: spans })),
  },
  insert: {
    title: 'Insert Native blocks, durable, into the embedded engine',
    run: async ({ spans }) => [insertReport(await benchInsert({ spans }))],
  },
  'otlp-kafka': {
    title:
      'OTLP to a real Kafka: receive, validate, append with acks=all, answer (CPU of the receiver’s process)',
    run: async ({ spans, signals }) => otlpToKafkaReport(await benchOtlpToKafka({ records: spans, signals })),
  },
  'kafka-clickhouse': {
    title:
      'Kafka to ClickHouse: fetch, decode, encode, insert acknowledged; ClickHouse until its merges have ended',
    run: async ({ spans, signals }) =>
      kafkaToClickhouseReport(await benchKafkaToClickhouse({ records: spans, signals })),
  },
  'end-to-end': {
    title: 'A whole embedded Valet over HTTP, with the SLOs of the demo, everything on the same cores',
    run: async ({ minutes, rate }) =>
      endToEndReport(await benchEndToEnd({ minutes, ...(rate === undefined ? {} : { rate }) })),
  },
  idle: {
    title: 'Each role while nobody sends anything, the whole of its process',
    run: async () => idleReport(await benchIdle()),
  },
  engine: {
    title: 'An engine with 250, 2,500 and 25,000 SLOs, five for each service, on thirty days of state',
    run: async () =>
      engineReport(await benchEngine({ progress: (text) => process.stderr.write(`  ${text}\n`) })),
  },
  alerts: {
    title:
      'Alert quality at 99.9 % over 30 days, beside the defaults of Sloth and Pyrra (docs/alert-quality.md)',
    run: async ({ seed, services }) => [
      `seed ${seed}, ${services} service-quarters of each kind, ${services * RUNS_PER_SERVICE} runs of each incident`,
      ...alertsReport(benchAlerts({ seed, services, onProgress: progress })),
    ],
  },
};

/** Stages of the server mode need `java` and `mvn`. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  stages: ['receive', 'decode-encode', 'insert'],
  pipeline: ['otlp-kafka', 'kafka-clickhouse', 'end-to-end', 'idle'],
};

function progress(done: number, all: number, what: string): void {
  process.stderr.write(`  ${done} of ${all} done; ${what}\n`);
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 50_000) return value;
  throw new InvalidArgumentError('Write an integer of at least 50000.');
}

function minutes(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 60) return value;
  throw new InvalidArgumentError('Write a number above 0, at most 60.');
}

function rate(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1000) return value;
  throw new InvalidArgumentError('Write an integer of at least 1000.');
}

function seed(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Write an integer of at least 0.');
}

function services(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 10_000) return value;
  throw new InvalidArgumentError('Write an integer from 1 to 10000.');
}

function signals(text: string): readonly Signal[] {
  return text.split(',').map((name) => {
    const signal = SIGNALS.find((each) => each === name);
    if (signal) return signal;
    throw new InvalidArgumentError(`There are: ${SIGNALS.join(', ')}; several with commas between.`);
  });
}

function stageNames(text: string, chosen: readonly string[] = []): readonly string[] {
  if (Object.hasOwn(GROUPS, text)) return [...chosen, ...(GROUPS[text] ?? [])];
  if (Object.hasOwn(STAGES, text)) return [...chosen, text];
  throw new InvalidArgumentError(`There are: ${[...Object.keys(GROUPS), ...Object.keys(STAGES)].join(', ')}`);
}

await new Command('npm run bench --')
  .description('Measures each stage on its own: requests of 1,000 spans, 470 bytes and 10 attributes a span.')
  .argument(
    '[stages...]',
    `which: ${Object.keys(STAGES).join(', ')}; or \`stages\`, the first three, as by default; or \`pipeline\`, the next four`,
    stageNames,
  )
  .option('--spans <n>', 'spans, log records or points per measurement', count, 1_000_000)
  .option('--minutes <n>', 'how long end-to-end sends', minutes, 5)
  .option('--rate <n>', 'spans a second of end-to-end; without it as many as are acknowledged', rate)
  .option('--signals <names>', 'what otlp-kafka and kafka-clickhouse carry', signals, SIGNALS)
  .option('--seed <n>', 'of the traffic of alerts: the same seed gives the same figures', seed, 1)
  .option(
    '--services <n>',
    `service-quarters of each kind in alerts; incidents are run ${RUNS_PER_SERVICE} times as often`,
    services,
    6,
  )
  .action(async (stages: readonly string[], options: StageOptions) => {
    const print = (line: string) => process.stdout.write(`${line}\n`);
    print(
      `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
    );
    const chosen = stages.length > 0 ? stages : (GROUPS['stages'] ?? []);
    if (chosen.some((name) => name !== 'alerts' && name !== 'engine'))
      print(`${options.spans.toLocaleString('en')} spans per measurement; user + system CPU`);
    for (const name of chosen) {
      const stage = STAGES[name];
      if (!stage) continue;
      print(`\n${stage.title}`);
      for (const line of await stage.run(options)) print(`  ${line}`);
    }
  })
  .parseAsync();
