import { requestKey } from '../bench/payload/numbered-requests.ts';
import { TABLES } from '../schemas/names.ts';
import type { Pipeline } from './pipeline.ts';
import { SPANS_PER_REQUEST } from './senders.ts';
import { OUTCOME, type Tally } from './tally.ts';

/** How the tables differ from the senders' book; requests each. */
export interface Comparison {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged, and not there, or not whole. */
  readonly lost: number;
  /** Acknowledged at the first try, and there more than once. */
  readonly twice: number;
  /** Repeated by the sender because no answer came, and there more than once. */
  readonly storedAgain: number;
  /** There, but never acknowledged: their senders were cut off. */
  readonly unacknowledged: number;
  /** The first of those that should not be. */
  readonly examples: readonly string[];
}

interface StoredRequest {
  readonly key: string;
  readonly spans: number;
  readonly distinct: number;
}

const MAX_EXAMPLES = 10;

/** Reads the tables request by request: spans, and how many of them are different. */
export async function compare(pipeline: Pipeline, tally: Tally): Promise<Comparison> {
  const rows = await pipeline.query<StoredRequest>(
    `SELECT substring(TraceId, 1, 16) AS key, toUInt32(count()) AS spans,
       toUInt32(uniqExact(TraceId, SpanId)) AS distinct
     FROM ${TABLES.traces} WHERE startsWith(TraceId, '00000000') GROUP BY key`,
  );
  const found = new Map(rows.map((row) => [row.key, row]));
  const counts = { lost: 0, twice: 0, storedAgain: 0, unacknowledged: 0 };
  const examples: string[] = [];
  for (let number = 0; number < tally.size; number++) {
    const outcome = tally.of(number);
    const row = found.get(requestKey(number));
    const isWhole = row?.distinct === SPANS_PER_REQUEST && row.spans % SPANS_PER_REQUEST === 0;
    const copies = (row?.spans ?? 0) / SPANS_PER_REQUEST;
    if (outcome === OUTCOME.none) {
      if (row) counts.unacknowledged++;
      continue;
    }
    if (!isWhole) counts.lost++;
    else if (copies > 1 && outcome === OUTCOME.firstTry) counts.twice++;
    else if (copies > 1) counts.storedAgain++;
    const isWrong = !isWhole || (copies > 1 && outcome === OUTCOME.firstTry);
    if (isWrong && examples.length < MAX_EXAMPLES)
      examples.push(
        `request ${number}: ${row ? `${row.spans} spans, ${row.distinct} different` : 'nothing'}`,
      );
  }
  const acknowledged = tally.count(OUTCOME.firstTry) + tally.count(OUTCOME.repeated);
  return { acknowledged, stored: rows.length, ...counts, examples };
}
