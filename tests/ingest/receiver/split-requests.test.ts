import { describe, expect, test } from 'vitest';
import type { Appended, NewRecord } from '../../../log/types.ts';
import { HEADER_BODY, HEADER_TENANT, SIGNALS, type Signal } from '../../../schemas/names.ts';
import * as by from '../../otlp/support/encode.ts';
import { leavesOf } from '../../otlp/support/leaves.ts';
import {
  logRecord,
  logs,
  metric,
  metrics,
  NOW_NANOS,
  numberPoint,
  span,
  traces,
} from '../../otlp/support/payloads.ts';
import { callExport, grpcClient } from './support/grpc.ts';
import { send } from './support/http.ts';
import { ControlledLog, start } from './support/start.ts';

const LIMIT_BYTES = 4096;

/** Notes the calls, and takes records of a limited size in several partitions. */
class SmallLog extends ControlledLog {
  limit = LIMIT_BYTES;
  readonly calls: (readonly NewRecord[])[] = [];

  override async maxRecordBytes(): Promise<number> {
    return this.limit;
  }

  override async append(topic: string, records: readonly NewRecord[], partition?: number): Promise<Appended> {
    this.calls.push(records);
    return super.append(topic, records, partition);
  }
}

const many = <Item>(item: (index: number) => Item) => Array.from({ length: 100 }, (_, i) => item(i));
const LARGE: Record<Signal, Buffer> = {
  traces: traces(...many((i) => span({ name: `span ${i}` }))),
  logs: logs(...many((i) => logRecord(by.fixed64(1, NOW_NANOS), by.text(12, `event ${i}`)))),
  metrics: metrics(
    metric('gauge', 5, ...many((i) => by.bytes(1, numberPoint(i)))),
    metric('sum', 7, ...many((i) => by.bytes(1, numberPoint(i))), by.number(2, 2), by.number(3, 1)),
  ),
};

describe('A request larger than a log record', () => {
  test.each(SIGNALS)(
    'of %s becomes several records of one partition in one append, with the same content',
    async (signal) => {
      const log = new SmallLog({ maxRecordBytes: LIMIT_BYTES });
      const receivers = await start({ log });
      const answer = await callExport(grpcClient(receivers.grpcPort), signal, LARGE[signal]);
      expect(answer).toMatchObject({ code: 0, body: Buffer.alloc(0) });
      expect(log.calls).toHaveLength(1);
      const stored = await receivers.stored(signal);
      expect(stored.length).toBeGreaterThan(1);
      expect(stored.flatMap(({ value }) => leavesOf(signal, value))).toEqual(leavesOf(signal, LARGE[signal]));
      expect(receivers.inFlightBytes()).toBe(0);
      expect(await receivers.registry.metrics()).toContain(
        `valet_receiver_split_requests_total{signal="${signal}"} 1`,
      );
    },
  );

  test('is known as repeated only by its last record, so that a part of it never passes for all', async () => {
    const log = new SmallLog({ maxRecordBytes: LIMIT_BYTES });
    const receivers = await start({ log, tenantHeader: 'x-tenant' });
    await send(receivers.http('/v1/traces'), LARGE.traces, { headers: { 'x-tenant': 'a' } });
    const stored = await receivers.stored('traces');
    const keys = stored.map(({ headers }) => headers[HEADER_BODY]);
    expect(keys.slice(0, -1).every((key) => key === undefined)).toBe(true);
    expect(keys.at(-1)).toMatch(/^[0-9a-f]{32}$/);
    expect(stored.every(({ headers }) => headers[HEADER_TENANT] === 'a')).toBe(true);
  });

  test('leaves out a record that is too large alone, and says so', async () => {
    const log = new SmallLog({ maxRecordBytes: LIMIT_BYTES });
    const receivers = await start({ log });
    const body = traces(span({ name: 'a' }), span({ name: 'x'.repeat(5000) }), span({ name: 'b' }));
    const answer = await send(receivers.http('/v1/traces'), body);
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toMatch(
      /1 of 3 spans rejected: with its resource and scope it is larger than the 3584 bytes the log takes at once \(max\.message\.bytes of the topic\) \(1, first at resource_spans\[0\]\.scope_spans\[0\]\.spans\[1\]\)/,
    );
    const names = (await receivers.stored('traces')).flatMap(({ value }) =>
      leavesOf('traces', value).map(({ record }) => record['name']),
    );
    expect(names).toEqual(['a', 'b']);
    expect(await receivers.registry.metrics()).toContain(
      'valet_receiver_rejected_records_total{signal="traces",reason="too-large-for-log"} 1',
    );
  });

  test('is cut anew when the topic’s limit was lowered meanwhile', async () => {
    const log = new SmallLog({ maxRecordBytes: LIMIT_BYTES });
    log.limit = 100_000;
    const receivers = await start({ log });
    log.limit = LIMIT_BYTES;
    expect((await send(receivers.http('/v1/traces'), LARGE.traces)).status).toBe(200);
    expect((await receivers.stored('traces')).flatMap(({ value }) => leavesOf('traces', value))).toHaveLength(
      100,
    );
  });

  test('is refused for now when the log takes less than it says', async () => {
    const log = new SmallLog({ maxRecordBytes: 1000 });
    const receivers = await start({ log });
    const answer = await send(receivers.http('/v1/traces'), LARGE.traces);
    expect(answer.status).toBe(503);
    expect(answer.body.toString()).toContain('record-too-large');
  });
});
