/** `npm run bench`: CPU seconds per million spans of each stage, on its own and in the pipeline. */
import { availableParallelism, cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { SIGNALS, type Signal } from '../schemas/names.ts';
import { benchDecodeEncode, decodeEncodeReport } from './decode-encode.ts';
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
};

/** Stages of the server mode need `java` and `mvn`. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  stages: ['receive', 'decode-encode', 'insert'],
  pipeline: ['otlp-kafka', 'kafka-clickhouse', 'end-to-end', 'idle'],
};

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
    `which: ${Object.keys(STAGES).join(', ')}; or \`stages\`, the first three, as by default; or \`pipeline\`, the others`,
    stageNames,
  )
  .option('--spans <n>', 'spans, log records or points per measurement', count, 1_000_000)
  .option('--minutes <n>', 'how long end-to-end sends', minutes, 5)
  .option('--rate <n>', 'spans a second of end-to-end; without it as many as are acknowledged', rate)
  .option('--signals <names>', 'what otlp-kafka and kafka-clickhouse carry', signals, SIGNALS)
  .action(async (stages: readonly string[], options: StageOptions) => {
    const print = (line: string) => process.stdout.write(`${line}\n`);
    print(
      `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
    );
    print(`${options.spans.toLocaleString('en')} spans per measurement; user + system CPU`);
    for (const name of stages.length > 0 ? stages : (GROUPS['stages'] ?? [])) {
      const stage = STAGES[name];
      if (!stage) continue;
      print(`\n${stage.title}`);
      for (const line of await stage.run(options)) print(`  ${line}`);
    }
  })
  .parseAsync();
