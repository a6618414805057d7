import type { Readable } from 'node:stream';
import type { BatchLedger, HighWater, LostRange, StoredBatch } from '../../../ingest/writer/types.ts';
import { StoreError } from '../../../store/errors.ts';
import type { InsertBlock, Store } from '../../../store/types.ts';

/** What one INSERT shall do instead of succeeding. */
export type Fault = 'rejected' | 'unknown-applied' | 'unknown-lost';

/** Deduplicates by token as ClickHouse does, and notes a token that comes with other bytes than before. */
export class FakeStore implements Store {
  readonly rows: string[] = [];
  /** Tables of ours that got a block: dead letters, replays. */
  readonly aside: string[] = [];
  readonly tokens: string[] = [];
  readonly attempts: string[] = [];
  readonly violations: string[] = [];
  readonly #bytesOf = new Map<string, string>();
  /** Faults of the INSERTs to come, in order. */
  faults: Fault[] = [];
  /** Called at each INSERT, before anything happens. */
  onInsert: (block: InsertBlock) => Promise<void> = async () => {};

  async insert(block: InsertBlock): Promise<void> {
    await this.onInsert(block);
    const fault = this.faults.shift();
    this.attempts.push(block.token ?? '');
    if (fault === 'rejected') throw new StoreError('bad-data', 'Cannot insert as told');
    if (fault !== 'unknown-lost') this.#apply(block);
    if (fault) throw new StoreError('timeout', 'Cannot tell', { outcome: 'unknown' });
  }

  #apply({ table, token = '', chunks }: InsertBlock): void {
    const bytes = Buffer.concat(chunks).toString();
    const before = this.#bytesOf.get(token);
    if (before !== undefined) {
      if (before !== bytes) this.violations.push(`${token}: ${before} then ${bytes}`);
      return;
    }
    this.#bytesOf.set(token, bytes);
    if (table.startsWith('valet_')) {
      this.aside.push(table);
      return;
    }
    this.tokens.push(token);
    this.rows.push(...bytes.split(',').map((row) => `${table}/${row}`));
  }

  async query<Row>(): Promise<readonly Row[]> {
    throw new Error('Cannot query the fake store');
  }

  async command(): Promise<void> {}

  async stream(): Promise<Readable> {
    throw new Error('Cannot stream from the fake store');
  }

  async ping(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {}
}

/** The ledger in memory; repeating a row replaces it. */
export class FakeLedger implements BatchLedger {
  readonly batches = new Map<string, StoredBatch>();
  readonly storedMillis = new Map<string, number>();
  readonly losses: LostRange[] = [];

  async highWater(
    identity: string,
    of: { readonly topic: string; readonly partition: number },
  ): Promise<HighWater | undefined> {
    return this.#last(of, (batch) => batch.identity === identity);
  }

  async latest(
    logIdentity: string,
    of: { readonly topic: string; readonly partition: number },
  ): Promise<HighWater | undefined> {
    return this.#last(of, ({ identity }) => identity.split('~')[0] === logIdentity);
  }

  async isKnown(of: { readonly topic: string; readonly partition: number }): Promise<boolean> {
    return this.#last(of, () => true) !== undefined;
  }

  async batchesSince(millis: number): Promise<number> {
    return [...this.storedMillis.values()].filter((stored) => stored >= millis).length;
  }

  #last(
    of: { readonly topic: string; readonly partition: number },
    isMeant: (batch: StoredBatch) => boolean,
  ): HighWater | undefined {
    const found = [...this.batches.values()]
      .filter(({ topic, partition }) => topic === of.topic && partition === of.partition)
      .filter(isMeant)
      .at(-1);
    if (!found) return undefined;
    const { identity, last, token } = found;
    return { identity, last, storedMillis: this.storedMillis.get(token) ?? 0 };
  }

  async recordBatch(batch: StoredBatch): Promise<void> {
    this.batches.set(batch.token, batch);
    this.storedMillis.set(batch.token, Date.now());
  }

  async recordLoss(loss: LostRange): Promise<void> {
    this.losses.push(loss);
  }
}
