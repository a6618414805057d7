import { expect, test } from 'vitest';
import {
  blockToken,
  decodeState,
  encodeState,
  planVersion,
  SETTINGS_DIGEST,
} from '../../../ingest/writer/plan.ts';

const PLAN = { last: 41, version: planVersion('7'), settings: SETTINGS_DIGEST, policy: { days: 14 } };

test('decodeState() gives back what encodeState() was given', () => {
  for (const state of [{ identity: 'i~1' }, { identity: 'i', plan: PLAN }])
    expect(decodeState(encodeState(state))).toEqual(state);
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
