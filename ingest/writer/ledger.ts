import type { TopicPartition } from '../../log/types.ts';
import { TABLES } from '../../schemas/names.ts';
import { encodeRows } from '../../store/native/encode-rows.ts';
import type { Store } from '../../store/types.ts';
import type { BatchLedger, HighWater, LostRange, StoredBatch } from './types.ts';

const BATCH_COLUMNS = [
  { name: 'Token', type: 'String' },
  { name: 'Topic', type: 'LowCardinality(String)' },
  { name: 'TopicId', type: 'LowCardinality(String)' },
  { name: 'Partition', type: 'UInt32' },
  { name: 'FirstOffset', type: 'UInt64' },
  { name: 'LastOffset', type: 'UInt64' },
  { name: 'Records', type: 'UInt64' },
  { name: 'Rows', type: 'UInt64' },
  { name: 'StoredAt', type: 'DateTime64(3)' },
] as const;

const LOSS_COLUMNS = [
  { name: 'Topic', type: 'LowCardinality(String)' },
  { name: 'TopicId', type: 'LowCardinality(String)' },
  { name: 'Partition', type: 'UInt32' },
  { name: 'FirstOffset', type: 'UInt64' },
  { name: 'LastOffset', type: 'UInt64' },
  { name: 'Reason', type: 'LowCardinality(String)' },
  { name: 'At', type: 'DateTime64(3)' },
] as const;

const HIGH_WATER = `SELECT TopicId AS identity, toString(LastOffset) AS last,
  toString(toUnixTimestamp64Milli(StoredAt)) AS stored FROM ${TABLES.batches}`;

interface HighWaterRow {
  readonly identity: string;
  readonly last: string;
  readonly stored: string;
}

/** The ledger in the tables `valet_batches` and `valet_losses`. Both replace rows of one key, so repeating is harmless. */
export class StoreLedger implements BatchLedger {
  readonly #store: Store;
  readonly #now: () => number;

  /** `now`: milliseconds since the epoch. */
  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** Read from the end of the key's order: the same work however many batches there are. */
  async highWater(identity: string, { topic, partition }: TopicPartition): Promise<HighWater | undefined> {
    const [row] = await this.#store.query<HighWaterRow>(
      `${HIGH_WATER}
       WHERE Topic = {topic:String} AND TopicId = {identity:String} AND Partition = {partition:UInt32}
       ORDER BY FirstOffset DESC, LastOffset DESC LIMIT 1`,
      { params: { topic, identity, partition } },
    );
    return highWaterOf(row);
  }

  async latest(logIdentity: string, { topic, partition }: TopicPartition): Promise<HighWater | undefined> {
    const [row] = await this.#store.query<HighWaterRow>(
      `${HIGH_WATER}
       WHERE Topic = {topic:String} AND Partition = {partition:UInt32}
         AND (TopicId = {identity:String} OR startsWith(TopicId, concat({identity:String}, '~')))
       ORDER BY StoredAt DESC, FirstOffset DESC LIMIT 1`,
      { params: { topic, identity: logIdentity, partition } },
    );
    return row && (await this.highWater(row.identity, { topic, partition }));
  }

  async isKnown({ topic, partition }: TopicPartition): Promise<boolean> {
    const rows = await this.#store.query(
      `SELECT 1 FROM ${TABLES.batches} WHERE Topic = {topic:String} AND Partition = {partition:UInt32} LIMIT 1`,
      { params: { topic, partition } },
    );
    return rows.length > 0;
  }

  async batchesSince(millis: number): Promise<number> {
    const [row] = await this.#store.query<{ batches: string }>(
      `SELECT toString(count()) AS batches FROM ${TABLES.batches}
       WHERE StoredAt >= fromUnixTimestamp64Milli({millis:Int64})`,
      { params: { millis } },
    );
    return Number(row?.batches ?? 0);
  }

  async recordBatch(batch: StoredBatch): Promise<void> {
    const { token, topic, identity, partition, first, last, records, rows } = batch;
    const row = {
      Token: token,
      Topic: topic,
      TopicId: identity,
      Partition: partition,
      FirstOffset: first,
      LastOffset: last,
      Records: records,
      Rows: rows,
      StoredAt: new Date(this.#now()),
    };
    await this.#insert(TABLES.batches, BATCH_COLUMNS, row);
  }

  async recordLoss({ topic, identity, partition, first, last, reason }: LostRange): Promise<void> {
    const row = {
      Topic: topic,
      TopicId: identity,
      Partition: partition,
      FirstOffset: first,
      LastOffset: last,
      Reason: reason,
      At: new Date(this.#now()),
    };
    await this.#insert(TABLES.losses, LOSS_COLUMNS, row);
  }

  async #insert(
    table: string,
    columns: readonly { readonly name: string; readonly type: string }[],
    row: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.#store.insert({
      table,
      columns: columns.map(({ name }) => name),
      chunks: encodeRows(columns, [row]),
    });
  }
}

function highWaterOf(row: HighWaterRow | undefined): HighWater | undefined {
  return row && { identity: row.identity, last: Number(row.last), storedMillis: Number(row.stored) };
}
