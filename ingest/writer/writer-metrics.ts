import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the writer counts. Labels: `topic`, `table`, `reason`, `code`, `outcome`, `partition`. */
export class WriterMetrics {
  readonly records: Counter<'topic'>;
  readonly bytes: Counter<'topic'>;
  readonly batches: Counter<'topic'>;
  readonly rows: Counter<'table'>;
  readonly undecodable: Counter<'topic'>;
  readonly rejectedRows: Counter<'topic' | 'reason'>;
  readonly doubtfulRows: Counter<'topic' | 'reason'>;
  readonly lostRecords: Counter<'topic' | 'reason'>;
  readonly failures: Counter<'topic' | 'code' | 'outcome'>;
  /** 0 while all is well; the number of the failed attempts since the last success otherwise. */
  readonly stalled: Gauge<'topic' | 'partition'>;
  readonly position: Gauge<'topic' | 'partition'>;
  readonly lag: Gauge<'topic' | 'partition'>;
  readonly insertSeconds: Histogram<'table'>;
  readonly blockRows: Histogram<'table'>;

  constructor(registry: Registry) {
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
    this.undecodable = counter('undecodable', 'log records that are not valid OTLP', ['topic']);
    this.rejectedRows = counter('rejected_rows', 'rows the policy keeps out', ['topic', 'reason']);
    this.doubtfulRows = counter('doubtful_rows', 'rows stored though something is wrong with them', [
      'topic',
      'reason',
    ]);
    this.lostRecords = counter('lost_records', 'log records gone before they were stored', [
      'topic',
      'reason',
    ]);
    this.failures = counter('failures', 'failed attempts', ['topic', 'code', 'outcome']);
    this.stalled = gauge('stalled', 'failed attempts since the last success', ['topic', 'partition']);
    this.position = gauge('position', 'next offset to store', ['topic', 'partition']);
    this.lag = gauge('lag_records', 'log records not stored yet', ['topic', 'partition']);
    this.insertSeconds = histogram(
      'insert_seconds',
      'time of one INSERT',
      [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    );
    this.blockRows = histogram('block_rows', 'rows of one block', [100, 1e3, 1e4, 3e4, 1e5, 3e5, 1e6]);
  }
}
