import { shardOf } from '../../store/client/shard-of.ts';
import { appendLetters } from '../dead-letters/append-letters.ts';
import type { TableBlock } from './mapping/types.ts';
import { type AttemptContext, persist } from './persistent-attempt.ts';
import { batchToken, blockName, blockToken } from './plan.ts';
import type { ReadyBatch } from './ready-batch.ts';
import type { PartitionWork } from './types.ts';

/** INSERTs of one batch at a time. */
const CONCURRENT_INSERTS = 4;

/**
 * Stores a planned batch, each step again and again until it is definitely done: its blocks, its dead letters on their
 * topic, its row in `valet_batches`. A batch of heartbeats alone sends nothing. `done` names the blocks known to be
 * stored, and takes those that are stored now.
 */
export async function storeBatch<Policy>(
  work: PartitionWork<Policy>,
  batch: ReadyBatch<Policy>,
  { done, context }: { readonly done: Set<string>; readonly context: AttemptContext },
): Promise<void> {
  if (batch.records === 0) return;
  const { range, plan, blocks, records } = batch;
  const { letters } = batch.mapped;
  const open = blocks.filter((block) => !done.has(blockName(block)));
  await eachConcurrently(open, CONCURRENT_INSERTS, async (block) => {
    await insertBlock(work, batch, { block, context });
    done.add(blockName(block));
  });
  if (letters.length > 0)
    await persist('appending dead letters', () => appendLetters(work.log, range, letters), context);
  const rows = batch.mapped.blocks.reduce((sum, block) => sum + block.rows, 0);
  const token = batchToken(range, plan.version);
  await persist(
    'recording a batch',
    () => work.ledger.recordBatch({ ...range, token, records, rows }),
    context,
  );
  count(work, batch);
}

async function insertBlock<Policy>(
  { store, metrics, of }: PartitionWork<Policy>,
  { range, plan }: ReadyBatch<Policy>,
  { block, context }: { readonly block: TableBlock; readonly context: AttemptContext },
): Promise<void> {
  const { table, columns, chunks, rows } = block;
  const token = blockToken(range, block, plan.version);
  const shard = shardOf(of, plan.shards);
  const seconds = metrics.insertSeconds.startTimer({ table });
  await persist(
    `an INSERT into ${table}`,
    () => store.insert({ table, columns, chunks, token, shard }),
    context,
  );
  seconds();
  metrics.rows.inc({ table }, rows);
  metrics.blockRows.observe({ table }, rows);
}

function count<Policy>(
  { metrics, logger, of, signalType: signal }: PartitionWork<Policy>,
  { mapped, records, bytes, acknowledged, appended }: ReadyBatch<Policy>,
): void {
  const { topic } = of;
  metrics.batches.inc({ topic });
  metrics.records.inc({ topic }, records);
  metrics.bytes.inc({ topic }, bytes);
  const now = Date.now();
  if (appended) metrics.freshness.observe({ signal }, Math.max(0, now - appended.firstMillis) / 1000);
  metrics.observeEventAges(signal, mapped.sampledMillis, now);
  if (acknowledged !== undefined) {
    const parts = [...mapped.blocks, ...mapped.letters];
    metrics.acknowledgedRows.inc({ signal }, acknowledged);
    metrics.accountedRows.inc(
      { signal },
      parts.reduce((sum, { rows }) => sum + rows, 0),
    );
  }
  for (const doubt of mapped.doubts) metrics.doubtfulRows.inc({ topic, reason: doubt.reason }, doubt.count);
  for (const { reason, rows } of mapped.letters) {
    metrics.deadLetters.inc({ topic, reason });
    metrics.refusedRows.inc({ topic, reason }, rows);
  }
  const [example] = mapped.letters;
  if (!example) return;
  const { bytes: _, ...told } = example;
  logger.error({ ...of, letters: mapped.letters.length, example: told }, 'dead letters');
}

/** Runs the act for every item, a few at a time; rejects with the first failure when all that were begun have ended. */
async function eachConcurrently<Item>(
  items: readonly Item[],
  concurrency: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  let failure: { readonly error: unknown } | undefined;
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined && !failure; item = waiting.shift())
      try {
        await act(item);
      } catch (error) {
        failure ??= { error };
      }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  if (failure) throw failure.error;
}
