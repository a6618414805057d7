/** What the Collector's Kafka exporter wrote is read by the Kafka log's decoder: every codec, key and header. */
import { describe, expect, test } from 'vitest';
import { decodeRecords, frameBatches } from '../../log/kafka/batch/decode-batch.ts';
import type { StoredRecord } from '../../log/types.ts';
import type { Signal } from '../../schemas/names.ts';
import { BULK_SPANS, RECORDINGS, type Recording, recordedBatches } from './recordings.ts';

const TRACE_A = '5b8efff798038103d269b633813fc60c';
const TRACE_B = '0af7651916cd43dd8448eb211c80319c';
/** Five spans of two traces in three scopes, four log records of which one is in a trace. */
const KEYS_BY_TRACE: Readonly<Record<string, readonly (string | undefined)[]>> = {
  traces: [TRACE_A, TRACE_B, TRACE_B, TRACE_B],
  logs: [TRACE_A, undefined, undefined],
};

const CASES = RECORDINGS.flatMap((recording) =>
  recording.signals.map((signal) => ({ title: `${signal} as ${recording.name}`, recording, signal })),
);
const BULK = RECORDINGS.filter(({ content }) => content === 'bulk');

function decoded(recording: Recording, signal: Signal): readonly StoredRecord[] {
  const bytes = Buffer.concat(recordedBatches(recording, signal).map((batch) => batch.bytes));
  return frameBatches(bytes).flatMap(decodeRecords);
}

describe('decodeRecords() of what the Collector wrote', () => {
  test.each(CASES)('reads $title', ({ recording, signal }) => {
    const { compression, encoding, split, headers, content } = recording;
    expect(recordedBatches(recording, signal).map(({ codec }) => codec)).toContain(compression);
    const records = decoded(recording, signal);
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      expect(record.headers).toEqual(headers);
      const text = Buffer.from(record.value).toString();
      if (encoding === 'otlp_json') expect(Object.keys(JSON.parse(text))).toHaveLength(1);
      else expect(record.value[0]).toBe(0x0a);
    }
    const keys = records.map(({ key }) => key);
    if (split === 'none') expect(keys).toEqual([undefined]);
    else if (split === 'by-resource') expect(keys.every((key) => key !== undefined)).toBe(true);
    else if (content === 'rich') expect(keys.toSorted()).toEqual(KEYS_BY_TRACE[signal]?.toSorted());
  });

  test('reads the same messages out of every codec', () => {
    const values = BULK.map((recording) => decoded(recording, 'traces').map(sortable).toSorted());
    const [gzip, ...others] = values;
    expect(gzip?.join('').length).toBeGreaterThan(2 * 64 * 1024 * BYTES_TO_HEX);
    for (const other of others) expect(other).toEqual(gzip);
    expect(others).toHaveLength(3);
    // Two spans of each trace in each of five resources.
    expect(gzip).toHaveLength(BULK_SPANS / 2);
  });
});

const BYTES_TO_HEX = 2;

/** The exporter splits by trace in no fixed order. */
function sortable({ key, value }: StoredRecord): string {
  return `${key}:${Buffer.from(value).toString('hex')}`;
}
