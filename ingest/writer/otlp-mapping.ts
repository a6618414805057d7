import { createDecoder } from '../../otlp/columns/decode.ts';
import { SIGNALS } from '../../schemas/names.ts';
import { ChunkPool } from '../../store/native/chunk-pool.ts';
import { encodeBlocks, type RowPolicy } from './blocks.ts';
import type { BatchMapping } from './types.ts';

/** Raise it with every change of the rows or bytes that a request becomes. */
const MAPPING_VERSION = '1';

/** OTLP requests to Native blocks. Keeps its decoders and chunks for reuse, so it belongs to one thread. */
export function createOtlpMapping(): BatchMapping<RowPolicy> {
  const pool = new ChunkPool();
  const decoders = new Map(SIGNALS.map((signal) => [signal, createDecoder(signal)]));
  return {
    version: MAPPING_VERSION,
    map(signal, requests, policy) {
      const decoder = decoders.get(signal) ?? createDecoder(signal);
      const batch = decoder.decode(requests);
      return { ...encodeBlocks(batch, policy, pool), undecodable: batch.undecodable };
    },
    release(batch) {
      for (const { chunks } of batch.blocks) pool.give(chunks);
    },
  };
}
