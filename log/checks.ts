/** What every adapter checks of its caller's input, so that the adapters refuse the same things. */
import { LogError } from './errors.ts';
import type { NewRecord, TopicOptions } from './types.ts';

/** Kafka's `offset.metadata.max.bytes` default: what fits here fits there. */
export const METADATA_LIMIT_BYTES = 4096;

/** Kafka's rule for topic names, kept so that a name works with every adapter; group names follow it as well. */
const NAME = /^[A-Za-z0-9._-]{1,249}$/;

/** Throws a `TypeError` unless the text can name a topic or a group. */
export function checkName(kind: 'topic' | 'group', name: string): void {
  if (!NAME.test(name))
    throw new TypeError(
      `Cannot name a ${kind} with other than 1 to 249 of A-Za-z0-9._-: current value is "${name}"`,
    );
}

/** Throws a {@link LogError} `metadata-too-large` when the metadata is over {@link METADATA_LIMIT_BYTES}. */
export function checkMetadata(metadata: string): void {
  const bytes = Buffer.byteLength(metadata);
  if (bytes > METADATA_LIMIT_BYTES)
    throw new LogError(
      'metadata-too-large',
      `Cannot commit as metadata must be at most ${METADATA_LIMIT_BYTES} bytes: current value is ${bytes}`,
    );
}

/** Throws unless the records can be appended to a topic of this kind; {@link LogError} `record-too-large` for one that is. */
export function checkRecords(
  records: readonly NewRecord[],
  { cleanup, maxRecordBytes = MAX_RECORD_BYTES }: RecordRules,
): void {
  if (records.length === 0) throw new RangeError('Cannot append as there must be at least one record');
  if (cleanup === 'compact' && records.some((record) => record.key === undefined))
    throw new TypeError('Cannot append as every record of a compacted topic needs a key');
  checkRecordBytes(records, maxRecordBytes);
}

/** What a topic's records must keep to. */
export interface RecordRules {
  readonly cleanup: 'delete' | 'compact';
  /** @default MAX_RECORD_BYTES */
  readonly maxRecordBytes?: number;
}

/** `maxRecordBytes` of the logs that set no limit of their own. */
export const MAX_RECORD_BYTES = 2 ** 30;

/** Bytes of key, headers and value. */
export function recordBytes({ key = '', headers = {}, value }: NewRecord): number {
  let bytes = Buffer.byteLength(key) + value.length;
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
  return bytes;
}

function checkRecordBytes(records: readonly NewRecord[], maxRecordBytes: number): void {
  for (const record of records) {
    const bytes = recordBytes(record);
    if (bytes > maxRecordBytes)
      throw new LogError(
        'record-too-large',
        `Cannot append a record as it must be at most ${maxRecordBytes} bytes: current value is ${bytes}`,
      );
  }
}

/** Throws a `RangeError` unless the offset is a non-negative safe integer. */
export function checkOffset(offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new RangeError(`Cannot use as offset must be an integer from 0: current value is ${offset}`);
}

/** Topic options with their defaults filled in. */
export type CompleteTopicOptions = Required<TopicOptions>;

/** The options with defaults; throws a `RangeError` for a partition count outside 1..65536. */
export function completeTopicOptions(options: TopicOptions = {}): CompleteTopicOptions {
  const partitions = options.partitions ?? 1;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 65_536)
    throw new RangeError(`Cannot create as partitions must be 1 to 65536: current value is ${partitions}`);
  return {
    partitions,
    cleanup: options.cleanup ?? 'delete',
    retentionMillis: options.retentionMillis ?? 24 * 3600 * 1000,
    retentionBytes: options.retentionBytes ?? 10 * 2 ** 30,
  };
}

/** The error for a topic, or a partition of it, that does not exist. */
export function unknownTopic(topic: string, partition?: number): LogError {
  const what = partition === undefined ? `topic "${topic}"` : `partition ${partition} of topic "${topic}"`;
  return new LogError('unknown-topic', `Cannot use ${what} as it does not exist`);
}

/** The error for a read beyond the end. */
export function offsetOutOfRange(offset: number, next: number): LogError {
  return new LogError(
    'offset-out-of-range',
    `Cannot read as offset must be at most ${next}: current value is ${offset}`,
  );
}
