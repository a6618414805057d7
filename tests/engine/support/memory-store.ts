/** A ClickHouse that keeps what is inserted, for looking at. */
import type { InsertBlock, Store } from '../../../store/types.ts';
import { readNative } from '../../store/native/read-native.ts';

export type Row = Readonly<Record<string, unknown>>;

/** See above. */
export class MemoryStore implements Partial<Store> {
  isAway = false;
  /** Called before a block is taken. */
  onInsert: (table: string) => Promise<void> = () => Promise.resolve();
  readonly blocks: InsertBlock[] = [];

  async insert(block: InsertBlock): Promise<void> {
    await this.onInsert(block.table);
    if (this.isAway) throw new Error('connection refused');
    this.blocks.push(block);
  }

  /** The row of each key with the latest stamp, as ReplacingMergeTree keeps it. */
  rows(table: string, key: readonly string[]): readonly Row[] {
    const latest = new Map<string, Row>();
    for (const block of this.blocks.filter((each) => each.table === table)) {
      for (const row of readNative(block.chunks)) {
        const name = key.map((column) => String(row[column])).join('|');
        const before = latest.get(name);
        if (before === undefined || stampOf(row) >= stampOf(before)) latest.set(name, row);
      }
    }
    return [...latest.values()];
  }
}

function stampOf(row: Row): string {
  return String(row['UpdatedAt']);
}
