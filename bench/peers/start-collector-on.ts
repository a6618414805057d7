import { TOPIC_OF_SIGNAL } from '../../schemas/names.ts';
import { type CollectorOptions, startCollector } from './collector.ts';
import type { Path, Sink, System } from './types.ts';

const MAX_MESSAGE_BYTES = 16_000_000;

/** The Collector as people run it on this path: batched, queues that wait instead of dropping. */
export async function startCollectorOn(path: Path, sink: Sink, core: string): Promise<System> {
  return startCollector({ ...optionsFor(path, sink), core });
}

function optionsFor({ destination, signal }: Path, { address }: Sink): CollectorOptions {
  switch (destination) {
    case 'nothing':
      return { exporters: { nop: {} }, pipelines: { [signal]: { exporters: ['nop'] } } };
    case 'kafka':
      return {
        processors: { batch: { timeout: '200ms', send_batch_size: 8192, send_batch_max_size: 8192 } },
        exporters: {
          kafka: {
            brokers: [address],
            [signal]: { topic: TOPIC_OF_SIGNAL[signal], encoding: 'otlp_proto' },
            producer: { required_acks: -1, compression: 'none', max_message_bytes: MAX_MESSAGE_BYTES },
            sending_queue: { enabled: true, num_consumers: 2, queue_size: 20, block_on_overflow: true },
          },
        },
        pipelines: { [signal]: { processors: ['batch'], exporters: ['kafka'] } },
      };
    case 'clickhouse':
      return {
        program: 'otelcol-ch',
        exporters: {
          clickhouse: {
            endpoint: address,
            database: 'otel',
            create_schema: true,
            async_insert: false,
            compress: 'lz4',
            timeout: '20s',
            sending_queue: {
              enabled: true,
              num_consumers: 2,
              queue_size: 100_000,
              sizer: 'items',
              block_on_overflow: true,
              batch: { flush_timeout: '1s', min_size: 10_000, max_size: 20_000, sizer: 'items' },
            },
          },
        },
        pipelines: { [signal]: { exporters: ['clickhouse'] } },
      };
  }
}
