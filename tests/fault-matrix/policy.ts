import type { RowPolicy } from '../../ingest/writer/blocks.ts';

const WEEKS = 14 * 86_400;

/** What every writer of the matrix goes by. */
export const POLICY: RowPolicy = { retentionSeconds: { traces: WEEKS, logs: WEEKS, metrics: WEEKS } };
