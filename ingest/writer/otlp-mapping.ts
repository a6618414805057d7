import { createDecoder } from '../../otlp/columns/decode.ts';
import type { Batch, EncodedRequest } from '../../otlp/columns/types.ts';
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import { ChunkPool } from '../../store/native/chunk-pool.ts';
import { refusedLetters } from '../dead-letters/refused-letters.ts';
import { type DeadLetter, UNKNOWN_TENANT } from '../dead-letters/types.ts';
import { encodeBlocks, type RowPolicy } from './blocks.ts';
import { requestRows } from './mapping/request-rows.ts';
import type { BatchMapping } from './types.ts';

/** Raise it with every change of the rows or bytes that a request becomes. */
const MAPPING_VERSION = '2';

/** `RowPolicy.maxRequestRowBytes`: twice what the door lets in, so that only what passed no door meets it. */
const DEFAULT_MAX_REQUEST_ROW_BYTES = 2 ** 30;
const MIB = 2 ** 20;

/** The requests that make a batch, and what is left of those that do not fit anywhere. */
interface Chosen {
  readonly batch: Batch;
  /** Those in the batch; letters name them by their index here. */
  readonly requests: readonly EncodedRequest[];
  readonly taken: number;
  readonly tooLarge: readonly DeadLetter[];
}

/**
 * OTLP requests to Native blocks. Keeps its decoders and chunks for reuse, so it belongs to one thread. `onBatch` is
 * shown each batch that was decoded.
 */
export function createOtlpMapping(onBatch: (batch: Batch) => void = () => {}): BatchMapping<RowPolicy> {
  const pool = new ChunkPool();
  const decoders = new Map(SIGNALS.map((signal) => [signal, createDecoder(signal)]));

  /** Decodes; and once more without the requests that are too large or too many, which is rare. */
  function choose(
    signal: Signal,
    requests: readonly EncodedRequest[],
    limits: { readonly maxRequestBytes: number; readonly maxBytes: number },
  ): Chosen {
    const decoder = decoders.get(signal) ?? createDecoder(signal);
    const batch = decoder.decode(requests);
    const { rows, bytes } = requestRows(
      batch,
      requests.map((request) => request.bytes.length),
    );
    const fits = (index: number) => (bytes[index] as number) <= limits.maxRequestBytes;
    let taken = 0;
    for (let sum = 0; taken < requests.length; taken++) {
      const more = fits(taken) ? (bytes[taken] as number) : 0;
      if (taken > 0 && sum + more > limits.maxBytes) break;
      sum += more;
    }
    const kept = requests.slice(0, taken).filter((_, index) => fits(index));
    if (kept.length === requests.length) return { batch, requests, taken, tooLarge: [] };
    const tooLarge = requests.slice(0, taken).flatMap((request, index) => {
      const told = { rows: rows[index] as number, bytes: bytes[index] as number };
      return fits(index) ? [] : [tooLargeLetter(request, told, limits.maxRequestBytes)];
    });
    return { batch: decoder.decode(kept), requests: kept, taken, tooLarge };
  }

  return {
    version: MAPPING_VERSION,
    map(signal, requests, policy, { maxRowBytes = Number.POSITIVE_INFINITY } = {}) {
      const maxRequestBytes = policy.maxRequestRowBytes ?? DEFAULT_MAX_REQUEST_ROW_BYTES;
      const chosen = choose(signal, requests, { maxRequestBytes, maxBytes: maxRowBytes });
      onBatch(chosen.batch);
      const { blocks, refused, doubts, sampledMillis } = encodeBlocks(chosen.batch, policy, pool);
      const letters = [
        ...undecodableLetters(chosen),
        ...chosen.tooLarge,
        ...refusedLetters(refused, { signal, requests: chosen.requests, policy }),
      ].sort((left, right) => left.offset - right.offset);
      return { taken: chosen.taken, blocks, letters, doubts, sampledMillis };
    },
    release(batch) {
      for (const { chunks } of batch.blocks) pool.give(chunks);
    },
  };
}

function undecodableLetters({ batch, requests }: Chosen): readonly DeadLetter[] {
  if (batch.undecodable.length === 0) return [];
  const requestAt = new Map(requests.map((request) => [request.offset, request]));
  return batch.undecodable.map(({ offset, appendedMillis, tenant, reason: detail }) => {
    const { bytes, damage } = requestAt.get(offset) as EncodedRequest;
    const told = { offset, appendedMillis, detail, rows: 0, bytes };
    return damage === undefined
      ? { ...told, tenant, reason: 'undecodable' }
      : { ...told, tenant: UNKNOWN_TENANT, reason: 'damaged' };
  });
}

function tooLargeLetter(
  { offset, appendedMillis, tenant, bytes }: EncodedRequest,
  told: { readonly rows: number; readonly bytes: number },
  maxBytes: number,
): DeadLetter {
  const mib = (size: number) => Math.round(size / MIB);
  const detail = `its rows, each repeating resource, scope and metric, are about ${mib(told.bytes)} MiB; at most ${mib(maxBytes)} MiB are stored`;
  return { offset, appendedMillis, tenant, reason: 'too-large', detail, rows: told.rows, bytes };
}
