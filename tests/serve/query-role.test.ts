import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../configuration.ts';
import { MemoryLog } from '../../log/memory/memory-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { Parts } from '../../serve/parts.ts';
import type { ProcessContext } from '../../serve/process-context.ts';
import { startQueryRole } from '../../serve/query-role.ts';
import { ReadinessChecks } from '../../serve/readiness.ts';
import { ensureTopics } from '../../serve/topics.ts';

test.each([
  ['opened before it', true],
  ['opened after it, as on servers', false],
])('startQueryRole() stops without a warning when the log was %s', async (_, isOpen) => {
  const lines: string[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = pino({ level: 'warn' }, output);
  const { values: configuration } = loadConfiguration({ VALET_API_PORT: '0', VALET_SQL_PORT: '0' });
  const parts = new Parts();
  const log = new MemoryLog();
  await ensureTopics(log, configuration);
  const context: ProcessContext = {
    configuration,
    roles: new Set(['query']),
    logAddress: { kind: 'lmdb', path: '' },
    logger,
    registry: new Registry(),
    parts,
    readiness: new ReadinessChecks(),
    workers: [],
    stopping: new AbortController().signal,
  };
  const opening = Promise.withResolvers<DurableLog>();
  const open = () => {
    parts.add('log', () => log.close());
    opening.resolve(log);
  };
  if (isOpen) open();
  await startQueryRole(context, {
    endpoint: { url: 'http://127.0.0.1:9' },
    log: opening.promise,
    ports: { otlpGrpc: 0, otlpHttp: 0 },
  });
  if (!isOpen) open();
  await expect.poll(() => context.readiness.now()).toEqual({ ok: true, reasons: [] });
  await parts.close(logger);
  expect(lines).toEqual([]);
});
