import type { SpanBatch } from '../../../../otlp/columns/types.ts';
import type { RowTest } from './row-test.ts';

/**
 * The rows a condition over span events is asked of: every event, in the batch's order, and behind them one row without
 * an event for each span that has none.
 */
export interface EventRows {
  /** Row → span. */
  readonly parent: Uint32Array;
  /** Rows from here on are without an event. */
  readonly count: number;
  /** Span → its row without an event, for spans that have none. */
  readonly empty: Uint32Array;
}

export function eventRowsOf({ count, events }: SpanBatch): EventRows {
  const { offsets } = events;
  const eventCount = offsets[count] ?? 0;
  const empty = new Uint32Array(count);
  let rows = eventCount;
  for (let span = 0; span < count; span++) {
    if (offsets[span] === offsets[span + 1]) empty[span] = rows++;
  }
  const parent = new Uint32Array(rows);
  for (let span = 0; span < count; span++) {
    const from = offsets[span] as number;
    const until = offsets[span + 1] as number;
    if (from === until) parent[empty[span] as number] = span;
    else parent.fill(span, from, until);
  }
  return { parent, count: eventCount, empty };
}

/** True of a span when `test` is true of one of its rows. */
export function anyEvent(test: RowTest, rows: EventRows, { events }: SpanBatch): RowTest {
  const { offsets } = events;
  return (span) => {
    const from = offsets[span] as number;
    const until = offsets[span + 1] as number;
    if (from === until) return test(rows.empty[span] as number);
    for (let event = from; event < until; event++) if (test(event)) return true;
    return false;
  };
}
