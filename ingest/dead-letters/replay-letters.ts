import { setTimeout as sleep } from 'node:timers/promises';
import type { DurableLog } from '../../log/types.ts';
import { HEADER_REPLAY_OF, HEADER_TENANT } from '../../schemas/names.ts';
import { DeadLetterError } from './errors.ts';
import type { LetterShelf, RecordPlace, ShelvedLetter } from './letter-shelf.ts';
import { sizeText } from './list-letters.ts';

/** How letters are replayed. */
export interface ReplayOptions {
  /** Also those that have been already. */
  readonly again: boolean;
  /** Appends them; without it only what would be done is told. */
  readonly yes: boolean;
  /** How long to wait for the writer, milliseconds. */
  readonly waitMillis: number;
  /** Takes a line for the user. */
  readonly say: (line: string) => void;
}

/** A letter that was appended again, and where. */
interface Replayed {
  readonly letter: ShelvedLetter;
  readonly at: RecordPlace;
}

const POLL_MILLIS = 500;

/**
 * Appends letters to the topics they came from, each with a header that names it. The writer notes them in
 * `valet_replays` in the batch that stores them, so the note is there exactly when the rows are. Damaged ones are left
 * out. True when none of them became a letter again.
 */
export async function replayLetters(
  shelf: LetterShelf,
  all: readonly ShelvedLetter[],
  { openLog, again, yes, waitMillis, say }: ReplayOptions & { readonly openLog: () => Promise<DurableLog> },
): Promise<boolean> {
  const damaged = all.filter(({ reason }) => reason === 'damaged');
  const letters = all.filter(({ reason }) => reason !== 'damaged');
  const before = letters.filter(({ replayedMillis }) => replayedMillis !== undefined);
  if (before.length > 0 && !again)
    throw new DeadLetterError(
      'already-replayed',
      `${amount(before.length)} of these ${before.length === 1 ? 'was' : 'were'} replayed before (${idsOf(before)}): ` +
        'what was stored then would be there twice. --again replays them nevertheless',
    );
  for (const { id } of damaged)
    say(`${id}  is left out: what the log could not read is no request that could be appended`);
  for (const letter of letters)
    say(`${letter.id}  ${letter.topic}  ${letter.reason}  ${sizeText(letter.size)}  ${letter.detail}`);
  if (letters.length === 0) say('No dead letters to replay.');
  else if (!yes) say(`Would append ${amount(letters.length)} again. Nothing was done; --yes does it.`);
  if (letters.length === 0 || !yes) return true;
  const log = await openLog();
  try {
    const replayed = await appendAll(shelf, log, letters);
    say(`Appended ${amount(replayed.length)}.`);
    return await report(shelf, replayed, { waitMillis, say });
  } finally {
    await log.close();
  }
}

async function appendAll(
  shelf: LetterShelf,
  log: DurableLog,
  letters: readonly ShelvedLetter[],
): Promise<readonly Replayed[]> {
  const replayed: Replayed[] = [];
  for (const letter of letters) {
    const headers = {
      [HEADER_REPLAY_OF]: letter.id,
      ...(letter.tenant === '' ? {} : { [HEADER_TENANT]: letter.tenant }),
    };
    const { partition, firstOffset } = await log.append(letter.topic, [
      { headers, value: await shelf.bytes(letter) },
    ]);
    replayed.push({ letter, at: { topic: letter.topic, partition, offset: firstOffset } });
  }
  return replayed;
}

/** Waits for the writer, and tells what became of the records. */
async function report(
  shelf: LetterShelf,
  replayed: readonly Replayed[],
  { waitMillis, say }: Pick<ReplayOptions, 'waitMillis' | 'say'>,
): Promise<boolean> {
  const deadline = performance.now() + waitMillis;
  let open = replayed;
  const refused: ShelvedLetter[] = [];
  for (;;) {
    const left: Replayed[] = [];
    for (const each of open) {
      if (await shelf.isSettled(each.letter, each.at)) refused.push(...(await shelf.at(each.at)));
      else left.push(each);
    }
    open = left;
    if (open.length === 0 || performance.now() >= deadline) break;
    await sleep(POLL_MILLIS);
  }
  for (const { id, reason, detail } of refused) say(`A dead letter again: ${id}  ${reason}  ${detail}`);
  if (open.length > 0)
    say(`The writer has not come to ${amount(open.length)} yet; valet dlq list shows when it has.`);
  const stored = replayed.length - open.length - refused.length;
  if (stored > 0) say(`Stored ${amount(stored)}.`);
  return refused.length === 0;
}

function amount(count: number): string {
  return count === 1 ? '1 letter' : `${count} letters`;
}

function idsOf(letters: readonly ShelvedLetter[]): string {
  const shown = letters.slice(0, 5).map(({ id }) => id);
  return letters.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}
