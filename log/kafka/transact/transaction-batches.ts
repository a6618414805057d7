import type { NewRecord } from '../../types.ts';
import { encodeBatch } from '../batch/encode-batch.ts';
import { keyOf } from '../cluster/leader-gatherer.ts';
import { type Chunk, PendingAppend } from '../produce/pending-append.ts';

/** An append whose place has been chosen. */
export interface PlacedAppend {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly NewRecord[];
  /** Most raw bytes of a batch in this topic. */
  readonly batchBytes: number;
}

/** A batch of a transaction, to be stamped. */
export interface TransactionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
  readonly records: number;
  readonly chunks: readonly Chunk[];
}

/** The appends of a transaction as batches: those of a partition in order, as few as the limit allows. */
export function transactionBatches(placed: readonly PlacedAppend[], timestampMillis: number) {
  const appends = placed.map(
    ({ records, batchBytes }) =>
      new PendingAppend(records, { batchBytes, deadline: Number.POSITIVE_INFINITY }),
  );
  const batches: TransactionBatch[] = [];
  const indexes = Map.groupBy(placed.keys(), (index) => keyOf(placed[index] as PlacedAppend));
  for (const ofPartition of indexes.values()) {
    const { topic, partition, batchBytes } = placed[ofPartition[0] as number] as PlacedAppend;
    const chunks = ofPartition.flatMap((index) => appends[index]?.chunks ?? []);
    for (const gathered of gather(chunks, batchBytes)) {
      const records = gathered.flatMap((chunk) => chunk.records);
      const bytes = encodeBatch(records, { timestampMillis, transactional: true });
      batches.push({ topic, partition, bytes, records: records.length, chunks: gathered });
    }
  }
  return { appends, batches };
}

function gather(chunks: readonly Chunk[], batchBytes: number): readonly (readonly Chunk[])[] {
  const gathered: Chunk[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const chunk of chunks) {
    if (bytes + chunk.bytes > batchBytes) {
      gathered.push([]);
      bytes = 0;
    }
    gathered.at(-1)?.push(chunk);
    bytes += chunk.bytes;
  }
  return gathered;
}
