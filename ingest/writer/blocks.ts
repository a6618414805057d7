import type { Batch } from '../../otlp/columns/types.ts';
import { ChunkPool } from '../../store/native/chunk-pool.ts';
import { encodeLogs } from './mapping/logs.ts';
import { encodeMetrics } from './mapping/metrics.ts';
import { encodeSpans } from './mapping/spans.ts';
import type { EncodedBatch, RowPolicy } from './mapping/types.ts';

export type { EncodedBatch, RowPolicy, TableBlock } from './mapping/types.ts';

/**
 * A batch as Native blocks, one per table and day, earliest day first. The same batch and policy give the same
 * bytes. Rows past the retention or more than the policy's bound ahead of their append time are refused; undecodable
 * requests are the batch's own to tell.
 *
 * With a pool, give it a block's chunks back when the block is stored (`pool.give(block.chunks)`).
 */
export function encodeBlocks(
  batch: Batch,
  policy: RowPolicy,
  pool: ChunkPool = new ChunkPool(),
): EncodedBatch {
  switch (batch.signal) {
    case 'traces':
      return encodeSpans(batch, policy, pool);
    case 'logs':
      return encodeLogs(batch, policy, pool);
    case 'metrics':
      return encodeMetrics(batch, policy, pool);
  }
}
