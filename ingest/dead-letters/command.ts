/** `valet dlq list | show | replay`. */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { DurableLog } from '../../log/types.ts';
import type { Store } from '../../store/types.ts';
import { DeadLetterError } from './errors.ts';
import { type FilterOptions, letterFilter } from './letter-filter.ts';
import { LetterShelf, type ShelfPlace, type ShelvedLetter } from './letter-shelf.ts';
import { listLetters } from './list-letters.ts';
import { replayLetters } from './replay-letters.ts';
import { showLetter } from './show-letter.ts';

/** What the commands work on. */
export interface DeadLetterAccess extends ShelfPlace {
  /** ClickHouse, or the SQL port of a Valet that has it inside. */
  readonly store: Store;
  /** Only a replay needs it. */
  readonly openLog: () => Promise<DurableLog>;
}

const DEFAULT_LIMIT = 50;
const REPLAY_LIMIT = 1000;
const WAIT_SECONDS = 15;

/** The command; `access` is asked when one of them runs, and its store closed afterwards. */
export function deadLetterCommand(access: () => DeadLetterAccess): Command {
  const command = new Command('dlq').description('dead letters: what could not be stored').addHelpText(
    'after',
    `
Records that are not OTLP, and rows out of the time the tables keep, are put aside with the reason.
Their bytes stay in the table valet_dead_letters and on the topic of that name.`,
  );
  command.addCommand(listCommand(access));
  command.addCommand(showCommand(access));
  command.addCommand(replayCommand(access));
  return command;
}

function listCommand(access: () => DeadLetterAccess): Command {
  return filtered(new Command('list').description('lists dead letters, the latest first'))
    .option('--open', 'only those not replayed yet')
    .option('--limit <n>', 'at most so many', positive, DEFAULT_LIMIT)
    .option('--json', 'one JSON object a line')
    .action(async ({ limit, json, ...filter }: FilterOptions & { limit: number; json?: boolean }) => {
      await withShelf(access, async (shelf) => {
        const width = process.stdout.isTTY ? { width: process.stdout.columns } : {};
        const text = await listLetters(shelf, letterFilter(filter, Date.now()), {
          limit,
          json: json === true,
          ...width,
        });
        if (text !== '') say(text);
      });
    });
}

function showCommand(access: () => DeadLetterAccess): Command {
  return new Command('show')
    .description('shows one dead letter: where it stood, why it is one, what is in it')
    .argument('<id>', 'its id, or how that begins')
    .option('--raw <file>', 'also writes its bytes to the file')
    .option('--all', 'all lines of its content')
    .option('--json', 'one JSON object, the bytes in base64')
    .action(async (id: string, { raw, all, json }: { raw?: string; all?: boolean; json?: boolean }) => {
      await withShelf(access, async (shelf) => {
        const letter = await shelf.find(id);
        const bytes = await shelf.bytes(letter);
        say(showLetter(letter, bytes, { json: json === true, all: all === true }));
        if (raw !== undefined) writeFileSync(raw, bytes);
      });
    });
}

function replayCommand(access: () => DeadLetterAccess): Command {
  return filtered(
    new Command('replay').description('appends dead letters again to the topics they came from, after a fix'),
  )
    .argument('[ids...]', 'their ids; without any, those the options choose')
    .option('--yes', 'does it; without it only what would be done is shown')
    .option('--again', 'also letters that were replayed before')
    .option('--wait <seconds>', 'how long to wait for the writer', positive, WAIT_SECONDS)
    .addHelpText(
      'after',
      `
A letter of refused rows holds only these, so replaying it doubles nothing. What is refused again becomes a letter again.
Ends with 1 when that happens.`,
    )
    .action(async (ids: readonly string[], options: ReplayCommandOptions) => {
      await withShelf(access, async (shelf, { openLog }) => {
        const { yes, again, wait, ...filter } = options;
        const letters = await chosen(shelf, ids, again === true ? filter : { ...filter, open: true });
        const isClean = await replayLetters(shelf, letters, {
          openLog: () => reachLog(openLog),
          again: again === true,
          yes: yes === true,
          waitMillis: wait * 1000,
          say,
        });
        if (!isClean) process.exitCode = 1;
      });
    });
}

interface ReplayCommandOptions extends FilterOptions {
  readonly yes?: boolean;
  readonly again?: boolean;
  readonly wait: number;
}

/** Those named, or those of the filter; a filter of nothing would be all there are, and is refused. */
async function chosen(
  shelf: LetterShelf,
  ids: readonly string[],
  options: FilterOptions,
): Promise<readonly ShelvedLetter[]> {
  if (ids.length > 0) return await Promise.all(ids.map((id) => shelf.find(id)));
  const { topic, reason, since, tenant } = options;
  if ([topic, reason, since, tenant].every((each) => each === undefined))
    throw new DeadLetterError(
      'invalid-filter',
      'Say which letters: give ids, or --topic, --reason, --tenant or --since',
    );
  return await shelf.list(letterFilter(options, Date.now()), REPLAY_LIMIT);
}

async function reachLog(openLog: () => Promise<DurableLog>): Promise<DurableLog> {
  try {
    return await openLog();
  } catch (cause) {
    const message = `Cannot open the log to append to: ${(cause as Error).message}`;
    throw new DeadLetterError('log-unreachable', message, { cause });
  }
}

function filtered(command: Command): Command {
  return command
    .option('--topic <name>', 'of this topic: otlp_spans, otlp_metrics, otlp_logs')
    .option('--reason <reason>', 'for this reason: undecodable, damaged, too-large, too-old, too-far-ahead')
    .option('--tenant <id>', 'of this tenant')
    .option('--since <when>', 'appended since: an age (15m, 2h, 7d) or an instant (2026-01-31T12:00:00Z)');
}

async function withShelf(
  access: () => DeadLetterAccess,
  act: (shelf: LetterShelf, access: DeadLetterAccess) => Promise<void>,
): Promise<void> {
  const opened = access();
  try {
    await act(new LetterShelf(opened.store, opened), opened);
  } finally {
    await opened.store.close();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
