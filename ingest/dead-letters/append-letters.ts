/**
 * Letters as records of the topic `valet_dead_letters` (docs/formats/dead-letters.md):
 *
 *   key     := topic '/' partition '/' offset
 *   headers := what the table's columns say, and what the record's tenant was
 *   value   := the letter's bytes, cut to what a record may hold
 */
import type { DurableLog, NewRecord } from '../../log/types.ts';
import { HEADER_TENANT, TOPIC_DEAD_LETTERS } from '../../schemas/names.ts';
import { letterId } from './letter-id.ts';
import type { DeadLetter, LetterSource } from './types.ts';

export const LETTER_HEADERS = {
  id: 'valet-letter-id',
  topic: 'valet-letter-topic',
  topicId: 'valet-letter-topic-id',
  partition: 'valet-letter-partition',
  offset: 'valet-letter-offset',
  appendedMillis: 'valet-letter-appended-millis',
  reason: 'valet-letter-reason',
  detail: 'valet-letter-detail',
  rows: 'valet-letter-rows',
  /** Bytes of the letter; the value has fewer when it was cut. */
  size: 'valet-letter-size',
} as const;

/** What one append may hold; a log takes larger single records too. */
const APPEND_BYTES = 2 ** 20;
/** What a record needs beside its key, headers and value. */
const RECORD_OVERHEAD = 1024;
const MAX_DETAIL = 1000;

/** Appends the letters; resolves when they are durable. After a crash some may be appended again. */
export async function appendLetters(
  log: DurableLog,
  source: LetterSource,
  letters: readonly DeadLetter[],
): Promise<void> {
  const maxBytes = await log.maxRecordBytes(TOPIC_DEAD_LETTERS);
  let records: NewRecord[] = [];
  let bytes = 0;
  for (const letter of letters) {
    const record = letterRecord(source, letter, maxBytes);
    if (records.length > 0 && bytes + record.value.length > Math.min(APPEND_BYTES, maxBytes)) {
      await log.append(TOPIC_DEAD_LETTERS, records);
      records = [];
      bytes = 0;
    }
    records.push(record);
    bytes += record.value.length + RECORD_OVERHEAD;
  }
  if (records.length > 0) await log.append(TOPIC_DEAD_LETTERS, records);
}

function letterRecord(source: LetterSource, letter: DeadLetter, maxBytes: number): NewRecord {
  const { topic, identity, partition } = source;
  const { offset, appendedMillis, tenant, reason, detail, rows, bytes } = letter;
  const headers = {
    ...(tenant === '' ? {} : { [HEADER_TENANT]: tenant }),
    [LETTER_HEADERS.id]: letterId(source, letter),
    [LETTER_HEADERS.topic]: topic,
    [LETTER_HEADERS.topicId]: identity,
    [LETTER_HEADERS.partition]: String(partition),
    [LETTER_HEADERS.offset]: String(offset),
    [LETTER_HEADERS.appendedMillis]: String(appendedMillis),
    [LETTER_HEADERS.reason]: reason,
    [LETTER_HEADERS.detail]: detail.slice(0, MAX_DETAIL),
    [LETTER_HEADERS.rows]: String(rows),
    [LETTER_HEADERS.size]: String(bytes.length),
  };
  const own = Object.entries(headers).reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);
  const room = Math.max(0, maxBytes - own - RECORD_OVERHEAD);
  return {
    key: `${topic}/${partition}/${offset}`,
    headers,
    value: bytes.length > room ? bytes.subarray(0, room) : bytes,
  };
}
