import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Signal } from '../../schemas/names.ts';
import type { Stalls } from './stalls.ts';

/** What is asked when somebody looks. */
export interface WriterNow {
  readonly heldBytes: () => number;
  readonly partitions: () => number;
  readonly stalls: Stalls;
}

/** What the writer counts. Labels: `topic`, `table`, `reason`, `kind`, `code`, `outcome`, `partition`. */
export class WriterMetrics {
  readonly records: Counter<'topic'>;
  readonly bytes: Counter<'topic'>;
  readonly batches: Counter<'topic'>;
  readonly rows: Counter<'table'>;
  readonly deadLetters: Counter<'topic' | 'reason'>;
  readonly refusedRows: Counter<'topic' | 'reason'>;
  readonly doubtfulRows: Counter<'topic' | 'reason'>;
  readonly lostRecords: Counter<'topic' | 'reason'>;
  readonly anomalies: Counter<'topic' | 'kind'>;
  readonly failures: Counter<'topic' | 'code' | 'outcome'>;
  readonly stalls: Stalls;
  /** 0 while all is well; the number of the failed attempts since the last success otherwise. */
  readonly stalled: Gauge<'topic' | 'partition'>;
  readonly position: Gauge<'topic' | 'partition'>;
  readonly acknowledgedRows: Counter<'signal'>;
  readonly accountedRows: Counter<'signal'>;
  readonly freshness: Histogram<'signal'>;
  readonly #eventAge: Histogram<'signal'>;
  readonly lag: Gauge<'topic' | 'partition'>;
  readonly lagSeconds: Gauge<'topic' | 'partition'>;
  readonly insertSeconds: Histogram<'table'>;
  readonly blockRows: Histogram<'table'>;

  constructor(registry: Registry, now: WriterNow) {
    this.stalls = now.stalls;
    const live = (name: string, help: string, value: () => number) =>
      new Gauge({
        name: `valet_writer_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(value());
        },
      });
    live('held_bytes', 'bytes of requests and rows between reading and storing', now.heldBytes);
    live('partitions', 'partitions written by this process', now.partitions);
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Counter({ name: `valet_writer_${name}_total`, help, labelNames, registers: [registry] });
    const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Gauge({ name: `valet_writer_${name}`, help, labelNames, registers: [registry] });
    const histogram = (name: string, help: string, buckets: number[]) =>
      new Histogram({
        name: `valet_writer_${name}`,
        help,
        labelNames: ['table'],
        buckets,
        registers: [registry],
      });

    this.records = counter('records', 'log records stored', ['topic']);
    this.bytes = counter('bytes', 'value bytes of log records stored', ['topic']);
    this.batches = counter('batches', 'batches stored', ['topic']);
    this.rows = counter('rows', 'rows stored', ['table']);
    this.deadLetters = counter('dead_letters', 'records, or parts of them, that are not stored', [
      'topic',
      'reason',
    ]);
    this.refusedRows = counter('refused_rows', 'rows in dead letters, where they can be counted', [
      'topic',
      'reason',
    ]);
    this.doubtfulRows = counter('doubtful_rows', 'rows stored though something is wrong with them', [
      'topic',
      'reason',
    ]);
    this.lostRecords = counter('lost_records', 'log records gone before they were stored', [
      'topic',
      'reason',
    ]);
    this.acknowledgedRows = counter('acknowledged_rows', 'records acknowledged in the requests stored', [
      'signal',
    ]);
    this.accountedRows = counter('accounted_rows', 'rows stored or in dead letters, of those requests', [
      'signal',
    ]);
    this.anomalies = counter('anomalies', 'starts not where the last writer stopped; a journal given up', [
      'topic',
      'kind',
    ]);
    this.failures = counter('failures', 'failed attempts', ['topic', 'code', 'outcome']);
    this.stalled = gauge('stalled', 'failed attempts since the last success', ['topic', 'partition']);
    this.position = gauge('position', 'next offset to store', ['topic', 'partition']);
    this.lag = gauge('lag_records', 'log records not stored yet', ['topic', 'partition']);
    this.lagSeconds = gauge('lag_seconds', 'age of the oldest log record not stored yet, about', [
      'topic',
      'partition',
    ]);
    this.freshness = new Histogram({
      name: 'valet_writer_freshness_seconds',
      help: 'time from the first append of a batch until its rows can be queried',
      labelNames: ['signal'],
      buckets: [0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 1800, 7200],
      registers: [registry],
    });
    this.#eventAge = new Histogram({
      name: 'valet_writer_event_age_seconds',
      help: 'how old events are when they can be queried; of up to 25 events of a batch, picked evenly',
      labelNames: ['signal'],
      buckets: [0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 1800, 7200, 86_400],
      registers: [registry],
    });
    this.insertSeconds = histogram(
      'insert_seconds',
      'time of one INSERT',
      [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    );
    this.blockRows = histogram('block_rows', 'rows of one block', [100, 1e3, 1e4, 3e4, 1e5, 3e5, 1e6]);
  }

  /** Events that happened at these times can be queried since `nowMillis`; one ahead of the clock counts as of now. */
  observeEventAges(signal: Signal, eventMillis: readonly number[], nowMillis: number): void {
    for (const millis of eventMillis)
      this.#eventAge.observe({ signal }, Math.max(0, nowMillis - millis) / 1000);
  }
}
