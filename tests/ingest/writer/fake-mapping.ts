import type { BatchMapping, MappedBatch } from '../../../ingest/writer/types.ts';

/** A policy that shows in every row. */
export interface FakePolicy {
  readonly mark: string;
}

/**
 * Requests are text: `row`, `row@table` or `row@table@day`, several after each other with `;`. A request `bad` cannot
 * be decoded, and `throw` makes the mapping itself fail.
 */
export function fakeMapping(version = '1'): BatchMapping<FakePolicy> {
  return {
    version,
    map(_signal, requests, { mark }): MappedBatch {
      const blocks = new Map<string, { table: string; day: string; rows: string[] }>();
      const undecodable = [];
      for (const request of requests) {
        const text = Buffer.from(request.bytes).toString();
        if (text === 'throw') throw new Error('Cannot map as told');
        if (text === 'bad') {
          undecodable.push({ ...request, reason: 'told so' });
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
        blocks: [...blocks.values()].map(({ table, day, rows }) => ({
          table,
          day,
          rows: rows.length,
          columns: ['c'],
          chunks: [Buffer.from(rows.join(','))],
        })),
        undecodable,
        rejected: [],
        doubts: [],
      };
    },
  };
}
