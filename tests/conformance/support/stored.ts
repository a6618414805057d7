import { createOtlpMapping } from '../../../ingest/writer/otlp-mapping.ts';
import type { Signal } from '../../../schemas/names.ts';
import { REQUEST_MESSAGE } from '../../../schemas/otlp.ts';
import { blockRows } from '../../ingest/mapping/block-rows.ts';
import type { TestReceivers } from '../../ingest/receiver/support/start.ts';
import { decode } from '../../otlp/support/decode.ts';

type Fields = Record<string, unknown>;

const DAY_SECONDS = 86_400;
const HOLDERS = {
  traces: ['resource_spans', 'scope_spans', 'spans'],
  logs: ['resource_logs', 'scope_logs', 'log_records'],
  metrics: ['resource_metrics', 'scope_metrics', 'metrics'],
} as const;

/** What is on the log as records of the signal (metrics as they are), decoded without the product's code. */
export async function storedRecords(receivers: TestReceivers, signal: Signal): Promise<readonly Fields[]> {
  const requests = (await receivers.stored(signal)).map(({ value }) =>
    decode(REQUEST_MESSAGE[signal], value),
  );
  return HOLDERS[signal].reduce<readonly Fields[]>(
    (parents, field) => parents.flatMap((parent) => (parent[field] ?? []) as Fields[]),
    requests,
  );
}

/** What is on the log as the rows the writer makes of it, read by ClickHouse. */
export async function storedRows(receivers: TestReceivers, signal: Signal): Promise<readonly Fields[]> {
  const mapping = createOtlpMapping();
  const retention = 14 * DAY_SECONDS;
  const requests = (await receivers.stored(signal)).map(({ offset, appendedMillis, value }) => ({
    offset,
    appendedMillis,
    tenant: '',
    bytes: value,
  }));
  const { blocks } = mapping.map(signal, requests, {
    retentionSeconds: { traces: retention, metrics: retention, logs: retention },
  });
  return blocks.flatMap((block) => blockRows(block));
}
