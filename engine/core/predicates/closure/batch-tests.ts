/** The tests of one table of one batch: spans, log records, or the points of one table. */
import type { Batch } from '../../../../otlp/columns/types.ts';
import type { Condition, PointKind, RowCondition } from '../types.ts';
import { columnsOf } from './columns.ts';
import { type Compiled, ConditionCompiler } from './compile-condition.ts';
import { anyEvent, type EventRows, eventRowsOf } from './event-rows.ts';
import { type Lineage, lineageOf, lowered, pointsOf, RESOURCE_LEVEL } from './lineage.ts';
import type { RowTest } from './row-test.ts';

/** What the rows of one lineage are asked with. */
interface Asked {
  readonly lineage: Lineage;
  readonly compiler: ConditionCompiler;
}

/**
 * Tests by condition, each made once: conditions that are one object, also as parts of others, have one test. The tests
 * belong to one thread and last as long as the batch, whose signal must be that of the conditions.
 */
export class BatchTests {
  readonly #batch: Batch;
  readonly #table: PointKind | undefined;
  readonly #known = new Map<Condition, RowTest>();
  readonly #records: Asked;
  #events: (Asked & { readonly rows: EventRows }) | undefined;

  constructor(batch: Batch, table?: PointKind) {
    this.#batch = batch;
    this.#table = table;
    this.#records = this.#asked();
  }

  /** Of the table's rows. */
  rows({ condition, readsEvents }: RowCondition): RowTest {
    let test = this.#known.get(condition);
    if (test === undefined) {
      test = readsEvents ? this.#eventTest(condition) : lowest(this.#records, condition);
      this.#known.set(condition, test);
    }
    return test;
  }

  /** Of the batch's resources: the condition must read nothing else. */
  resources(condition: Condition): RowTest {
    const compiled = this.#records.compiler.compile(condition);
    if (typeof compiled === 'boolean') return () => compiled;
    if (compiled.level === RESOURCE_LEVEL) return compiled.test;
    throw new TypeError('Cannot ask resources as the condition reads more than them');
  }

  #eventTest(condition: Condition): RowTest {
    const batch = this.#batch;
    if (batch.signal !== 'traces') throw new TypeError('Cannot ask for span events as there are no spans');
    if (this.#events === undefined) {
      const rows = eventRowsOf(batch);
      this.#events = { ...this.#asked(rows), rows };
    }
    return anyEvent(lowest(this.#events, condition), this.#events.rows, batch);
  }

  #asked(events?: EventRows): Asked {
    const [batch, table] = [this.#batch, this.#table];
    const lineage = lineageOf(batch, pointsOf(batch, table), events);
    return { lineage, compiler: new ConditionCompiler(columnsOf(batch, { lineage, table })) };
  }
}

/** The condition of the finest rows. */
function lowest({ lineage, compiler }: Asked, condition: Condition): RowTest {
  const compiled: Compiled = compiler.compile(condition);
  return typeof compiled === 'boolean' ? () => compiled : lowered(compiled, lineage.length - 1, lineage);
}
