/** `npm run bench`: CPU seconds per million spans of each stage, on its own. */
import { availableParallelism, cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { benchDecodeEncode, decodeEncodeReport } from './decode-encode.ts';
import { benchInsert, insertReport } from './insert.ts';
import { benchReceive, receiveReport } from './receive.ts';

interface Stage {
  readonly title: string;
  run(spans: number): Promise<readonly string[]>;
}

const STAGES: Readonly<Record<string, Stage>> = {
  receive: {
    title: 'Receive, validate, append durably, answer (CPU of the receivers’ process)',
    run: async (spans) => receiveReport(await benchReceive({ spans })),
  },
  'decode-encode': {
    title: 'Decode OTLP to columns, encode Native blocks',
    run: async (spans) => decodeEncodeReport(benchDecodeEncode({ records: spans })),
  },
  insert: {
    title: 'Insert Native blocks, durable, into the embedded engine',
    run: async (spans) => [insertReport(await benchInsert({ spans }))],
  },
};

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 50_000) return value;
  throw new InvalidArgumentError('Write an integer of at least 50000.');
}

function stageName(text: string, chosen: readonly string[] = []): readonly string[] {
  if (Object.hasOwn(STAGES, text)) return [...chosen, text];
  throw new InvalidArgumentError(`There are: ${Object.keys(STAGES).join(', ')}`);
}

await new Command('npm run bench --')
  .description('Measures each stage on its own: requests of 1,000 spans, 470 bytes and 10 attributes a span.')
  .argument('[stages...]', `which: ${Object.keys(STAGES).join(', ')}; all by default`, stageName)
  .option('--spans <n>', 'spans per measurement', count, 1_000_000)
  .action(async (stages: readonly string[], { spans }: { spans: number }) => {
    const print = (line: string) => process.stdout.write(`${line}\n`);
    print(
      `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
    );
    print(`${spans.toLocaleString('en')} spans per measurement; user + system CPU`);
    for (const name of stages.length > 0 ? stages : Object.keys(STAGES)) {
      const stage = STAGES[name];
      if (!stage) continue;
      print(`\n${stage.title}`);
      for (const line of await stage.run(spans)) print(`  ${line}`);
    }
  })
  .parseAsync();
