/**
 * The pipeline's own service levels as points that `slos/valet.yaml` counts: one per signal and interval, from how far
 * the counters moved since the last look. An interval without traffic gives no point.
 *
 * - `valet.pipeline.delivery`: share of the requests answered that were not refused for want of room or of a log.
 * - `valet.pipeline.freshness`: seconds from the acceptance of a batch's first request to the moment its rows can be
 *   queried, the 99th percentile of the batches, rounded up to a bucket's bound. Not from the events' own times: how
 *   late a sender sends is not in the pipeline's hands (`valet_writer_event_age_seconds` has it).
 * - `valet.pipeline.completeness`: rows accounted for (stored, rejected by policy with a dead letter, or undecodable
 *   and dead-lettered) of the records acknowledged, for what was stored in the interval; records lost count against it.
 */
import { SIGNALS, type Signal, SOURCE_TOPICS } from '../../schemas/names.ts';
import type { PostedMetrics } from '../../schemas/worker-messages.ts';

export const HEALTH_METRICS = {
  delivery: {
    name: 'valet.pipeline.delivery',
    unit: '1',
    description: 'requests not refused, of those answered',
  },
  freshness: { name: 'valet.pipeline.freshness', unit: 's', description: 'acceptance to queryable row, p99' },
  completeness: {
    name: 'valet.pipeline.completeness',
    unit: '1',
    description: 'rows accounted for, of those acknowledged',
  },
} as const;
export type HealthMetric = keyof typeof HEALTH_METRICS;

/** One point. */
export interface HealthPoint {
  readonly metric: HealthMetric;
  readonly signal: string;
  readonly value: number;
}

type Totals = ReadonlyMap<string, number>;
type Sample = PostedMetrics[number]['values'][number] & { readonly metricName?: string };

/** Keeps the last look. */
export class PipelineHealth {
  #last: Totals = new Map();

  /** The points since the last call; the first one looks back to the start of the process. */
  observe(metrics: PostedMetrics): readonly HealthPoint[] {
    const totals = totalsOf(metrics);
    const moved = new Moves(totals, this.#last);
    this.#last = totals;
    return SIGNALS.flatMap((signal) => [
      ...point('delivery', signal, deliveryOf(moved, signal)),
      ...point('freshness', signal, freshnessOf(moved, signal)),
      ...point('completeness', signal, completenessOf(moved, signal)),
    ]);
  }
}

function point(metric: HealthMetric, signal: string, value: number | undefined): readonly HealthPoint[] {
  return value === undefined ? [] : [{ metric, signal, value }];
}

function deliveryOf(moved: Moves, signal: string): number | undefined {
  const by = (outcome: string) => moved.sum('valet_receiver_requests_total', { signal, outcome });
  const taken = by('taken');
  const refused = by('overloaded') + by('unavailable');
  return taken + refused === 0 ? undefined : taken / (taken + refused);
}

function freshnessOf(moved: Moves, signal: string): number | undefined {
  const name = 'valet_writer_freshness_seconds_bucket';
  const count = moved.sum(name, { signal, le: '+Inf' });
  if (count === 0) return undefined;
  const bounds = moved
    .labels('le', name)
    .map(Number)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const bound = bounds.find((le) => moved.sum(name, { signal, le: String(le) }) >= 0.99 * count);
  // Beyond the last bound all that is known is that it is more.
  return bound ?? 2 * (bounds.at(-1) ?? 0);
}

function completenessOf(moved: Moves, signal: string): number | undefined {
  const acknowledged = moved.sum('valet_writer_acknowledged_rows_total', { signal });
  const lost = SOURCE_TOPICS[signal as Signal]
    .map((topic) => moved.sum('valet_writer_lost_records_total', { topic }))
    .reduce((sum, records) => sum + records, 0);
  if (acknowledged + lost === 0) return undefined;
  return moved.sum('valet_writer_accounted_rows_total', { signal }) / (acknowledged + lost);
}

/** Samples by name and labels. */
function totalsOf(metrics: PostedMetrics): Totals {
  const totals = new Map<string, number>();
  for (const { name, values } of metrics) {
    for (const sample of values as readonly Sample[]) {
      const labels = Object.entries(sample.labels).map(([label, value]) => `${label}=${value}`);
      const key = [sample.metricName ?? name, ...labels].join('\n');
      totals.set(key, (totals.get(key) ?? 0) + sample.value);
    }
  }
  return totals;
}

/** How far each sample moved; one that fell began anew and moved by what it is. */
class Moves {
  readonly #moves: readonly { readonly parts: readonly string[]; readonly by: number }[];

  constructor(now: Totals, before: Totals) {
    this.#moves = [...now].map(([key, value]) => {
      const since = before.get(key) ?? 0;
      return { parts: key.split('\n'), by: value < since ? value : value - since };
    });
  }

  sum(name: string, labels: Readonly<Record<string, string>>): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    return this.#moves
      .filter(({ parts }) => parts[0] === name && wanted.every((label) => parts.includes(label)))
      .reduce((sum, { by }) => sum + by, 0);
  }

  /** The values a label has, of one metric or any. */
  labels(label: string, name?: string): readonly string[] {
    const prefix = `${label}=`;
    const parts = this.#moves
      .filter((move) => name === undefined || move.parts[0] === name)
      .flatMap((move) => move.parts);
    return [
      ...new Set(parts.filter((part) => part.startsWith(prefix)).map((part) => part.slice(prefix.length))),
    ];
  }
}
