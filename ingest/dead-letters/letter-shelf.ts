import { TABLES } from '../../schemas/names.ts';
import { StoreError } from '../../store/errors.ts';
import type { Store } from '../../store/types.ts';
import { DeadLetterError } from './errors.ts';
import type { LetterFilter } from './letter-filter.ts';

/** A letter as the table has it, without its bytes. */
export interface ShelvedLetter {
  readonly id: string;
  readonly tenant: string;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedMillis: number;
  readonly reason: string;
  readonly detail: string;
  readonly rows: number;
  readonly size: number;
  /** When its last replay was appended, milliseconds; undefined when there is none. */
  readonly replayedMillis: number | undefined;
}

/** Where a record stands. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

interface LetterRow {
  readonly id: string;
  readonly tenant: string;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly offset: string;
  readonly appended: string;
  readonly reason: string;
  readonly detail: string;
  readonly rows: string;
  readonly size: string;
  readonly replayed: string;
}

const SELECT = `SELECT letter.Id AS id, TenantId AS tenant, Topic AS topic, TopicId AS topicId, Partition AS partition,
  toString(Offset) AS offset, toString(toUnixTimestamp64Milli(AppendedAt)) AS appended, Reason AS reason,
  Detail AS detail, toString(Rows) AS rows, toString(Size) AS size, toString(replay.At) AS replayed
FROM ${TABLES.deadLetters} AS letter
LEFT JOIN (SELECT Id, max(toUnixTimestamp64Milli(AppendedAt)) AS At FROM ${TABLES.replays} GROUP BY Id) AS replay
  ON letter.Id = replay.Id`;

/** What is asked, for people. */
export interface ShelfPlace {
  /** `ClickHouse at http://…`. */
  readonly where: string;
  /** What may help when it does not answer. */
  readonly hint: string;
}

/** The letters in ClickHouse. Rejects with {@link DeadLetterError} `letters-unreachable` when nobody answers there. */
export class LetterShelf {
  readonly #store: Store;
  readonly #place: ShelfPlace;

  constructor(store: Store, place: ShelfPlace) {
    this.#store = store;
    this.#place = place;
  }

  /** The latest first. */
  async list(filter: LetterFilter, limit: number): Promise<readonly ShelvedLetter[]> {
    const { text, params } = conditions(filter);
    const sql = `${SELECT} WHERE ${text} ORDER BY AppendedAt DESC, topic, partition, Offset DESC, reason LIMIT {limit:UInt32}`;
    return (await this.#query<LetterRow>(sql, { ...params, limit })).map(letterOf);
  }

  async count(filter: LetterFilter): Promise<number> {
    const { text, params } = conditions(filter);
    const [row] = await this.#query<{ count: string }>(
      `SELECT toString(count()) AS count FROM (${SELECT} WHERE ${text})`,
      params,
    );
    return Number(row?.count ?? 0);
  }

  /** The one letter whose id begins so. Rejects with `no-such-letter` or `ambiguous-letter`. */
  async find(id: string): Promise<ShelvedLetter> {
    const rows = await this.#query<LetterRow>(`${SELECT} WHERE startsWith(letter.Id, {id:String}) LIMIT 3`, {
      id,
    });
    const [found, another] = rows;
    if (!found)
      throw new DeadLetterError(
        'no-such-letter',
        `There is no letter ${id}; valet dlq list shows those there are`,
      );
    if (another)
      throw new DeadLetterError('ambiguous-letter', `Several letters begin with ${id}: give more of the id`);
    return letterOf(found);
  }

  async bytes({ id }: Pick<ShelvedLetter, 'id'>): Promise<Buffer> {
    const [row] = await this.#query<{ bytes: string }>(
      `SELECT base64Encode(Bytes) AS bytes FROM ${TABLES.deadLetters} WHERE Id = {id:String} LIMIT 1`,
      { id },
    );
    return Buffer.from(row?.bytes ?? '', 'base64');
  }

  /** Whether the record, a replay of the letter, has been stored or put aside again. */
  async isSettled({ id }: Pick<ShelvedLetter, 'id'>, at: RecordPlace): Promise<boolean> {
    const { topic, partition, offset } = at;
    const rows = await this.#query(
      `SELECT 1 AS found FROM ${TABLES.replays} WHERE Id = {id:String} AND Topic = {topic:String}
         AND Partition = {partition:UInt32} AND Offset = {offset:UInt64} LIMIT 1`,
      { id, topic, partition, offset },
    );
    return rows.length > 0;
  }

  /** Letters the record has become. */
  async at({ topic, partition, offset }: RecordPlace): Promise<readonly ShelvedLetter[]> {
    const sql = `${SELECT} WHERE Topic = {topic:String} AND Partition = {partition:UInt32} AND Offset = {offset:UInt64}
      ORDER BY AppendedAt DESC LIMIT 10`;
    return (await this.#query<LetterRow>(sql, { topic, partition, offset })).map(letterOf);
  }

  async #query<Row>(sql: string, params: Readonly<Record<string, unknown>>): Promise<readonly Row[]> {
    try {
      return await this.#store.query<Row>(sql, { params });
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause;
      const { where, hint } = this.#place;
      const message = `Cannot ask ${where} for dead letters: ${cause.message}; ${hint}`;
      throw new DeadLetterError('letters-unreachable', message, { cause });
    }
  }
}

function conditions({ topic, reason, tenant, sinceMillis, open }: LetterFilter) {
  const params: Record<string, unknown> = {};
  const texts = ['1'];
  const add = (text: string, name: string, value: unknown) => {
    if (value === undefined) return;
    texts.push(text);
    params[name] = value;
  };
  add('Topic = {topic:String}', 'topic', topic);
  add('Reason = {reason:String}', 'reason', reason);
  add('TenantId = {tenant:String}', 'tenant', tenant);
  add('AppendedAt >= fromUnixTimestamp64Milli({since:Int64})', 'since', sinceMillis);
  if (open) texts.push('replay.At = 0');
  return { text: texts.join(' AND '), params };
}

function letterOf(row: LetterRow): ShelvedLetter {
  const replayed = Number(row.replayed);
  return {
    id: row.id,
    tenant: row.tenant,
    topic: row.topic,
    topicId: row.topicId,
    partition: row.partition,
    offset: Number(row.offset),
    appendedMillis: Number(row.appended),
    reason: row.reason,
    detail: row.detail,
    rows: Number(row.rows),
    size: Number(row.size),
    replayedMillis: replayed > 0 ? replayed : undefined,
  };
}
