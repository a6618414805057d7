import type { DeadLetter } from '../../../ingest/dead-letters/types.ts';
import type { BatchMapping, MappedBatch } from '../../../ingest/writer/types.ts';

/** A policy that shows in every row. */
export interface FakePolicy {
  readonly mark: string;
}

/**
 * Requests are text: `row`, `row@table` or `row@table@day`, several after each other with `;`. A request `bad` cannot
 * be decoded, and `throw` makes the mapping itself fail. Rows are as large as their requests, and as
 * old as the log record.
 */
export function fakeMapping(version = '1'): BatchMapping<FakePolicy> {
  return {
    version,
    map(_signal, requests, { mark }, { maxRowBytes = Number.POSITIVE_INFINITY } = {}): MappedBatch {
      const blocks = new Map<string, { table: string; day: string; rows: string[] }>();
      const letters: DeadLetter[] = [];
      let taken = 0;
      let bytes = 0;
      for (const request of requests) {
        bytes += request.bytes.length;
        if (taken > 0 && bytes > maxRowBytes) break;
        taken++;
        const text = Buffer.from(request.bytes).toString();
        if (text === 'throw') throw new Error('Cannot map as told');
        if (text === 'bad') {
          letters.push({ ...request, reason: 'undecodable', detail: 'told so', rows: 0 });
          continue;
        }
        for (const part of text.split(';')) {
          const [row = '', table = 'otel_traces', day = '2026-01-01'] = part.split('@');
          const block = blocks.get(`${table}/${day}`) ?? { table, day, rows: [] };
          blocks.set(`${table}/${day}`, block);
          block.rows.push(`${request.tenant}${row}${mark}`);
        }
      }
      return {
        taken,
        blocks: [...blocks.values()].map(({ table, day, rows }) => ({
          table,
          day,
          rows: rows.length,
          columns: ['c'],
          chunks: [Buffer.from(rows.join(','))],
        })),
        letters,
        doubts: [],
        sampledMillis: requests.slice(0, taken).map(({ appendedMillis }) => appendedMillis),
      };
    },
  };
}
