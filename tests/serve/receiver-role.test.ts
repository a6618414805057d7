/** Settings as they are written, and what senders are told because of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfiguration } from '../../configuration.ts';
import { MemoryLog } from '../../log/memory/memory-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { HEADER_TENANT, TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { Parts } from '../../serve/parts.ts';
import type { ProcessContext } from '../../serve/process-context.ts';
import { ReadinessChecks } from '../../serve/readiness.ts';
import { startReceiverRole } from '../../serve/receiver-role.ts';
import { ensureTopics } from '../../serve/topics.ts';
import { send } from '../ingest/receiver/support/http.ts';
import * as by from '../otlp/support/encode.ts';
import { attribute, span, stringValue, traces } from '../otlp/support/payloads.ts';

const SILENT = pino({ level: 'silent' });
const DAY_NANOS = 86_400_000_000_000n;
const now = () => BigInt(Date.now()) * 1_000_000n;

/** The role with these settings; posts to it. */
async function startRole(settings: Readonly<Record<string, string>>, log: DurableLog = new MemoryLog()) {
  const folder = mkdtempSync(join(tmpdir(), 'valet-role-'));
  const { values: configuration } = loadConfiguration({
    VALET_DATA_DIR: folder,
    VALET_OTLP_GRPC_PORT: '0',
    VALET_OTLP_HTTP_PORT: '0',
    VALET_DISK_MIN_FREE_MIB: '0',
    ...settings,
  });
  const parts = new Parts();
  await ensureTopics(log, configuration);
  const context: ProcessContext = {
    configuration,
    roles: new Set(['receiver']),
    logAddress: { kind: 'lmdb', path: join(folder, 'log') },
    logger: SILENT,
    registry: new Registry(),
    parts,
    readiness: new ReadinessChecks(),
    workers: [],
    stopping: new AbortController().signal,
  };
  const { httpPort } = await startReceiverRole(context, log);
  onTestFinished(async () => {
    await parts.close(SILENT);
    rmSync(folder, { recursive: true });
  });
  return {
    log,
    post: (body: Uint8Array, headers: Record<string, string> = {}) =>
      send(`http://127.0.0.1:${httpPort}/v1/traces`, body, { headers }),
  };
}

const of = (options: Parameters<typeof span>[0]) => traces(span({ start: now(), ...options }));
const many = () => by.concat(...Array.from({ length: 10 }, (_, i) => attribute(9, `k${i}`, by.number(2, 1))));
const long = () => attribute(9, 'k', stringValue('x'.repeat(2000)));

/** What is set, what is sent, and what the answer says. */
const CASES: Readonly<Record<string, readonly [Record<string, string>, () => Buffer, RegExp]>> = {
  'maxAttributes rejects': [
    { VALET_MAX_ATTRIBUTES: '4' },
    () => of({ extra: many() }),
    /1 of 1 spans rejected: attributes are more than 4/,
  ],
  'excessAttributes: truncate drops': [
    { VALET_MAX_ATTRIBUTES: '4', VALET_EXCESS_ATTRIBUTES: 'truncate' },
    () => of({ extra: many() }),
    /taken with changes: attributes beyond the first 4 of a list were dropped \(maxAttributes\) \(8,/,
  ],
  'maxValueKib cuts': [
    { VALET_MAX_VALUE_KIB: '1' },
    () => of({ extra: long() }),
    /taken with changes: values were cut to 1024 bytes/,
  ],
  'overLongValues: reject rejects': [
    { VALET_MAX_VALUE_KIB: '1', VALET_OVER_LONG_VALUES: 'reject' },
    () => of({ extra: long() }),
    /1 of 1 spans rejected: value is longer than 1024 bytes/,
  ],
  'retentionTracesDays rejects what is older': [
    { VALET_RETENTION_TRACES_DAYS: '3' },
    () => of({ start: now() - 4n * DAY_NANOS }),
    /1 of 1 spans rejected: time is before the retention period/,
  ],
  'outOfRangeTimes: clamp moves': [
    { VALET_RETENTION_TRACES_DAYS: '3', VALET_OUT_OF_RANGE_TIMES: 'clamp' },
    () => of({ start: now() - 4n * DAY_NANOS }),
    /taken with changes: times before the retention period/,
  ],
};

describe('startReceiverRole()', () => {
  test.each(Object.entries(CASES))('reads the settings: %s', async (_, [settings, body, answer]) => {
    const { post } = await startRole(settings);
    const { status, body: told } = await post(body());
    expect(status).toBe(200);
    expect(told.toString()).toMatch(answer);
  });

  test('reads tenantHeader', async () => {
    const { post, log } = await startRole({ VALET_TENANT_HEADER: 'X-Scope-OrgID' });
    expect((await post(of({}), { 'x-scope-orgid': 'blue' })).status).toBe(200);
    const { records } = await log.read({ topic: TOPIC_OF_SIGNAL.traces, partition: 0 }, 0);
    const tenants = records.map(({ headers }) => headers[HEADER_TENANT]);
    expect(tenants.filter((tenant) => tenant !== undefined)).toEqual(['blue']);
  });

  test('reads tenantMaxRecordsPerSecond', async () => {
    const { post } = await startRole({ VALET_TENANT_MAX_RECORDS_PER_SECOND: '1' });
    const spans = Array.from({ length: 50 }, (_, i) => span({ start: now(), name: `span ${i}` }));
    expect((await post(traces(...spans))).status).toBe(200);
    expect((await post(of({}))).status).toBe(429);
  });

  test.each([
    [{}, 'The disk of the data directory is almost full: 99 MiB are free'],
    [
      { VALET_MODE: 'server', VALET_KAFKA_BROKERS: 'k:9092', VALET_CLICKHOUSE_URL: 'http://c:8123' },
      'The disk of a Kafka broker is almost full: 99 MiB are free',
    ],
  ])('reads diskMinFreeMib, for the disk of the log: %o', async (settings, reason) => {
    class FullLog extends MemoryLog {
      readonly asked: string[] = [];
      override async freeBytes(topics: readonly string[]): Promise<number> {
        this.asked.push(...topics);
        return 99 * 2 ** 20;
      }
    }
    const log = new FullLog();
    const { post } = await startRole({ ...settings, VALET_DISK_MIN_FREE_MIB: '100' }, log);
    const { status, body, headers } = await post(of({}));
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(body.toString()).toContain(reason);
    expect(log.asked.sort()).toEqual(Object.values(TOPIC_OF_SIGNAL).sort());
  });

  test('reads maxRequestMib', async () => {
    const { post } = await startRole({ VALET_MAX_REQUEST_MIB: '1' });
    expect((await post(of({ name: 'x'.repeat(2 ** 20) }))).status).toBe(413);
  });
});
