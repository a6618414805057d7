import type { LetterFilter } from './letter-filter.ts';
import type { LetterShelf, ShelvedLetter } from './letter-shelf.ts';
import { textTable } from './text-table.ts';

/** How the list looks. */
export interface ListOptions {
  readonly limit: number;
  /** One JSON object a line. */
  readonly json: boolean;
  /** Characters of a line; details are cut to it. @default no limit */
  readonly width?: number;
}

const HEADINGS = ['ID', 'APPENDED', 'RECORD', 'REASON', 'ROWS', 'SIZE', 'REPLAYED', 'DETAIL'];

/** The list as text. */
export async function listLetters(
  shelf: LetterShelf,
  filter: LetterFilter,
  { limit, json, width = Number.POSITIVE_INFINITY }: ListOptions,
): Promise<string> {
  const letters = await shelf.list(filter, limit);
  if (json) return letters.map((letter) => JSON.stringify(letterJson(letter))).join('\n');
  if (letters.length === 0) return 'No dead letters.';
  const rows = letters.map((letter) => [
    letter.id,
    secondsOf(letter.appendedMillis),
    `${letter.topic}/${letter.partition}/${letter.offset}`,
    letter.reason,
    letter.rows === 0 ? '-' : String(letter.rows),
    sizeText(letter.size),
    letter.replayedMillis === undefined ? '-' : secondsOf(letter.replayedMillis),
    letter.tenant === '' ? letter.detail : `[${letter.tenant}] ${letter.detail}`,
  ]);
  const table = textTable(HEADINGS, rows, { alignRight: ['ROWS', 'SIZE'] });
  const total = letters.length < limit ? letters.length : await shelf.count(filter);
  const lines = table
    .split('\n')
    .map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
  return [
    ...lines,
    ...(total > letters.length ? [`${letters.length} of ${total}; --limit shows more`] : []),
  ].join('\n');
}

/** A letter as it is printed in JSON: times as RFC 3339. */
export function letterJson({ appendedMillis, replayedMillis, ...rest }: ShelvedLetter): object {
  return {
    ...rest,
    appendedAt: new Date(appendedMillis).toISOString(),
    replayedAt: replayedMillis === undefined ? null : new Date(replayedMillis).toISOString(),
  };
}

/** `2026-01-31 12:00:00`, UTC. */
export function secondsOf(millis: number): string {
  return new Date(millis).toISOString().slice(0, 19).replace('T', ' ');
}

/** `512 B`, `1.5 KiB`, `3.0 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 2 ** 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
