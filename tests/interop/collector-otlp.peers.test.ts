/** What a real Collector sends over OTLP is stored, value by value, in every compression it has. Needs bench/peers/build.sh. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Settings, startCollector } from '../../bench/peers/collector.ts';
import { SIGNALS } from '../../schemas/names.ts';
import { ValetProcess } from '../support/valet-process.ts';
import { post } from './post.ts';
import { richRequest } from './recordings.ts';
import { expectStored } from './stored.ts';

let valet: ValetProcess;
/** Each case has times of its own, so that its rows are told apart; none is of now, as Valet's own metrics are. */
let atNanos = BigInt(Date.now() - 6 * 3_600_000) * 1_000_000n;

beforeAll(async () => {
  valet = await ValetProcess.start();
});
afterAll(() => valet.remove());

async function sendThrough(exporter: string, settings: Settings): Promise<void> {
  atNanos += 2_000_000_000n;
  const synchronous = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } };
  const collector = await startCollector({
    exporters: { [exporter]: { ...settings, ...synchronous } },
    pipelines: Object.fromEntries(SIGNALS.map((signal) => [signal, { exporters: [exporter] }])),
  });
  try {
    for (const signal of SIGNALS) await post(collector.httpPort, signal, richRequest(signal, atNanos));
    expect(collector.output).not.toContain('Partial success');
  } finally {
    await collector.close();
  }
  const query = (statement: string) => valet.sql(statement);
  for (const signal of SIGNALS) await expectStored(signal, { query, atNanos });
}

describe('the Collector over OTLP/gRPC', () => {
  test.each(['none', 'gzip', 'snappy', 'zstd'])(
    'with compression %s is stored as sent',
    async (compression) => {
      const endpoint = `127.0.0.1:${valet.ports.grpc}`;
      await sendThrough('otlp', { endpoint, compression, tls: { insecure: true } });
    },
  );
});

describe('the Collector over OTLP/HTTP', () => {
  const endpoint = () => `http://127.0.0.1:${valet.ports.http}`;

  test.each(['none', 'gzip', 'zlib', 'deflate', 'snappy', 'zstd', 'lz4'])(
    'with compression %s is stored as sent',
    (compression) => sendThrough('otlphttp', { endpoint: endpoint(), compression }),
  );

  test('in JSON is stored as sent', () =>
    sendThrough('otlphttp', { endpoint: endpoint(), encoding: 'json' }));
});
