/**
 * Settings of every INSERT. They decide how a body becomes blocks, and a replay that is cut differently can be
 * swallowed half-applied, so they are constants: changing one is a new plan version of the writer.
 */

/** More rows or bytes than one body ever has: one Native block in, one block stored, no cutting, no joining. */
const NEVER_ROWS = 100_000_000;
const NEVER_BYTES = 16 * 2 ** 30;

export const INSERT_SETTINGS = {
  async_insert: 0,
  wait_end_of_query: 1,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  materialized_views_ignore_errors: 0,
  max_insert_threads: 1,
  // The first merge builds them: for the short life of a fresh part they cost more than they save.
  materialize_skip_indexes_on_insert: 0,
  max_insert_block_size: NEVER_ROWS,
  min_insert_block_size_rows: NEVER_ROWS,
  min_insert_block_size_bytes: NEVER_BYTES,
  min_insert_block_size_rows_for_materialized_views: NEVER_ROWS,
  min_insert_block_size_bytes_for_materialized_views: NEVER_BYTES,
} as const;
