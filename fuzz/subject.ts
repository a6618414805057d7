import { inflate } from '../ingest/receiver/inflate.ts';
import type { Compression } from '../ingest/receiver/types.ts';
import { type EncodedBatch, encodeBlocks } from '../ingest/writer/blocks.ts';
import { type BatchDecoder, createDecoder } from '../otlp/columns/decode.ts';
import type { Batch } from '../otlp/columns/types.ts';
import { jsonToProtobuf } from '../otlp/json/json-to-protobuf.ts';
import type { RecordPolicy, Validation } from '../otlp/validate/types.ts';
import { validateRequest } from '../otlp/validate/validate-request.ts';
import type { Signal } from '../schemas/names.ts';
import { ChunkPool } from '../store/native/chunk-pool.ts';
import { ROW_POLICY } from './moment.ts';

/** What is put to the test: the steps of a body from the receiver to the blocks of the writer. */
export interface Subject {
  inflate(body: Uint8Array, compression: Compression, maxBytes: number): Uint8Array;
  translate(signal: Signal, text: Uint8Array, maxBytes: number): Uint8Array;
  validate(signal: Signal, bytes: Uint8Array, policy: RecordPolicy): Validation;
  createDecoder(signal: Signal): BatchDecoder;
  encode(batch: Batch): EncodedBatch;
  /** The blocks were looked at and may be written over. */
  release(encoded: EncodedBatch): void;
}

/** The product itself. */
export function createSubject(): Subject {
  const pool = new ChunkPool();
  return {
    inflate,
    translate: (signal, text, maxBytes) => jsonToProtobuf(signal, text, { maxBytes }),
    validate: validateRequest,
    createDecoder,
    encode: (batch) => encodeBlocks(batch, ROW_POLICY, pool),
    release: ({ blocks }) => {
      for (const { chunks } of blocks) pool.give(chunks);
    },
  };
}
