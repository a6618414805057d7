import { expect, test } from 'vitest';
import {
  blockToken,
  decodeState,
  encodeState,
  planVersion,
  SETTINGS_DIGEST,
  type WriterState,
} from '../../../ingest/writer/plan.ts';

const PLAN = {
  last: 41,
  version: planVersion('7'),
  settings: SETTINGS_DIGEST,
  policy: { days: 14 },
  at: 1_700_000_000_000,
  shards: 2,
};

test('decodeState() gives back what encodeState() was given', () => {
  const states: readonly WriterState<typeof PLAN.policy>[] = [
    { identity: 'i~1' },
    { identity: 'i', plan: PLAN },
    { identity: 'i', plan: PLAN, done: ['otel_logs/2026-02-03'] },
  ];
  for (const state of states) expect(decodeState(encodeState(state))).toEqual(state);
});

test('encodeState() notes as many blocks as the log takes metadata', () => {
  const done = Array.from({ length: 400 }, (_, index) => `otel_metrics_exp_histogram/2026-02-${index}`);
  const metadata = encodeState({ identity: 'i', plan: PLAN, done });
  expect(Buffer.byteLength(metadata)).toBeLessThanOrEqual(4096);
  const noted = decodeState(metadata)?.done ?? [];
  expect(noted.length).toBeGreaterThan(50);
  expect(noted).toEqual(done.slice(0, noted.length));
});

test('decodeState() reads plans of before they said when they were made and for how many shards', () => {
  const { at: _, shards: __, ...earlier } = PLAN;
  expect(decodeState(JSON.stringify({ v: 1, id: 'i', ...earlier }))?.plan).toEqual({
    ...earlier,
    at: 0,
    shards: 1,
  });
});

test('decodeState() knows metadata that is not the writer\u2019s', () => {
  const foreign = [
    '',
    'null',
    '7',
    '{}',
    '{"v":2,"id":"i"}',
    '{"v":1}',
    '{"v":1,"id":"i","last":"9"}',
    '{"v":1,"id":',
  ];
  expect(foreign.map((metadata) => decodeState(metadata))).toEqual(foreign.map(() => undefined));
});

test('blockToken() names log, partition, range, table, day and version', () => {
  const range = { identity: 'i', topic: 't', partition: 3, first: 40, last: 41 };
  const block = { table: 'otel_logs', day: '2026-02-03', rows: 1, columns: [], chunks: [] };
  expect(blockToken(range, block, PLAN.version)).toBe('i-3-40-41-otel_logs-2026-02-03-1.7');
});
