import { TABLES } from '../../schemas/names.ts';
import { encodeRows } from '../../store/native/encode-rows.ts';
import type { TableBlock } from '../writer/mapping/types.ts';
import { letterId } from './letter-id.ts';
import type { DeadLetter, LetterSource, Replay } from './types.ts';

const LOW_CARDINALITY = 'LowCardinality(String)';

const PLACE = [
  { name: 'TenantId', type: LOW_CARDINALITY },
  { name: 'Id', type: 'String' },
  { name: 'Topic', type: LOW_CARDINALITY },
  { name: 'TopicId', type: LOW_CARDINALITY },
  { name: 'Partition', type: 'UInt32' },
  { name: 'Offset', type: 'UInt64' },
  { name: 'AppendedAt', type: 'DateTime64(3)' },
] as const;

const LETTER_COLUMNS = [
  ...PLACE,
  { name: 'Reason', type: LOW_CARDINALITY },
  { name: 'Detail', type: 'String' },
  { name: 'Rows', type: 'UInt64' },
  { name: 'Size', type: 'UInt64' },
  { name: 'Bytes', type: 'String' },
] as const;

/** What a batch puts aside, and what of it was a second try. */
export interface LetterRows {
  readonly letters: readonly DeadLetter[];
  readonly replays: readonly Replay[];
}

/**
 * The rows for `valet_dead_letters` and `valet_replays`: one block per table and day of append, like any other block
 * of the batch, so that each letter is there exactly once.
 */
export function letterBlocks(source: LetterSource, { letters, replays }: LetterRows): TableBlock[] {
  return [
    ...byDay(letters).map(([day, each]) => ({
      ...blockOf(
        LETTER_COLUMNS,
        each.map((letter) => letterRow(source, letter)),
      ),
      table: TABLES.deadLetters,
      day,
    })),
    ...byDay(replays).map(([day, each]) => ({
      ...blockOf(
        PLACE,
        each.map((replay) => replayRow(source, replay)),
      ),
      table: TABLES.replays,
      day,
    })),
  ];
}

function letterRow(source: LetterSource, letter: DeadLetter): Readonly<Record<string, unknown>> {
  return {
    ...placeOf(source, letter),
    Id: letterId(source, letter),
    Reason: letter.reason,
    Detail: letter.detail,
    Rows: letter.rows,
    Size: letter.bytes.length,
    Bytes: letter.bytes,
  };
}

function replayRow(source: LetterSource, replay: Replay): Readonly<Record<string, unknown>> {
  return { ...placeOf(source, replay), Id: replay.letterId };
}

function placeOf(
  { topic, identity, partition }: LetterSource,
  { tenant, offset, appendedMillis }: DeadLetter | Replay,
): Readonly<Record<string, unknown>> {
  return {
    TenantId: tenant,
    Topic: topic,
    TopicId: identity,
    Partition: partition,
    Offset: offset,
    AppendedAt: new Date(appendedMillis),
  };
}

function blockOf(
  columns: readonly { readonly name: string; readonly type: string }[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Omit<TableBlock, 'table' | 'day'> {
  return {
    rows: rows.length,
    columns: columns.map(({ name }) => name),
    chunks: encodeRows(columns, rows),
  };
}

function byDay<Item extends { readonly appendedMillis: number }>(
  items: readonly Item[],
): readonly (readonly [day: string, items: readonly Item[]])[] {
  const days = Map.groupBy(items, ({ appendedMillis }) =>
    new Date(appendedMillis).toISOString().slice(0, 10),
  );
  return [...days].sort(([left], [right]) => (left < right ? -1 : 1));
}
