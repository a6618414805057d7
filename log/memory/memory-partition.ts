import type { CompleteTopicOptions } from '../checks.ts';
import { LogError } from '../errors.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_RECORDS } from '../read-limits.ts';
import type { LogRead, NewRecord, ReadOptions, StoredRecord } from '../types.ts';

/** One partition's records in memory. */
export class MemoryPartition {
  readonly #compact: boolean;
  #records: StoredRecord[] = [];
  #first = 0;
  #next = 0;

  constructor(cleanup: 'delete' | 'compact') {
    this.#compact = cleanup === 'compact';
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  append(records: readonly NewRecord[], nowMillis: number): { firstOffset: number; lastOffset: number } {
    const firstOffset = this.#next;
    for (const { key, headers, value } of records) {
      if (this.#compact) this.#records = this.#records.filter((record) => record.key !== key);
      this.#records.push({
        offset: this.#next++,
        appendedMillis: nowMillis,
        key,
        headers: { ...headers },
        value: new Uint8Array(value),
      });
    }
    return { firstOffset, lastOffset: this.#next - 1 };
  }

  read(fromOffset: number, options: ReadOptions): LogRead {
    const maxRecords = options.maxRecords ?? DEFAULT_MAX_RECORDS;
    const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    const from = Math.max(fromOffset, this.#first);
    const found: StoredRecord[] = [];
    let bytes = 0;
    for (const record of this.#records) {
      if (record.offset < from) continue;
      const isDamaged = record.damage !== undefined && options.giveDamaged !== true;
      if (isDamaged && found.length === 0)
        throw new LogError('log-failed', `Cannot read offset ${record.offset}: ${record.damage}`);
      if (isDamaged || found.length >= maxRecords || bytes >= maxBytes)
        return { from, records: found, next: record.offset };
      found.push({ ...record, headers: { ...record.headers }, value: new Uint8Array(record.value) });
      bytes += record.value.length;
    }
    return { from, records: found, next: this.#next };
  }

  /** Puts something else in a record's place. */
  damage(offset: number, damage: string): void {
    this.#records = this.#records.map((record) =>
      record.offset === offset ? { ...record, key: undefined, headers: {}, damage } : record,
    );
  }

  truncate(beforeOffset: number): void {
    this.#first = Math.max(this.#first, Math.min(beforeOffset, this.#next));
    this.#records = this.#records.filter(({ offset }) => offset >= this.#first);
  }

  /** Drops what the topic's options let go: old or surplus records, or old deletions of a compacted topic. */
  retain(options: CompleteTopicOptions, nowMillis: number): void {
    const oldest = nowMillis - options.retentionMillis;
    if (this.#compact) {
      this.#records = this.#records.filter(
        ({ value, appendedMillis }) => value.length > 0 || appendedMillis >= oldest,
      );
      return;
    }
    let bytes = this.#records.reduce((sum, { value }) => sum + value.length, 0);
    const kept = this.#records.findIndex((record) => {
      const surplus = bytes > options.retentionBytes && bytes > record.value.length;
      if (!surplus && record.appendedMillis >= oldest) return true;
      bytes -= record.value.length;
      return false;
    });
    const from = this.#records[kept];
    this.truncate(from ? from.offset : this.#next);
  }
}
