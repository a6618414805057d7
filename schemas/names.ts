/** The names the roles share: signals, topics, consumer groups, tables. Typed here once, imported everywhere else. */

/** The three OTLP signals Valet takes. */
export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Topics of the durable log. Raw OTLP protobuf, named as the Collector's Kafka exporter names them. */
export const TOPIC_OF_SIGNAL = {
  traces: 'otlp_spans',
  metrics: 'otlp_metrics',
  logs: 'otlp_logs',
} as const satisfies Record<Signal, string>;

/** All topics a signal is read from: other senders than the Collector use other names. The first is the one written. */
export const SOURCE_TOPICS: Readonly<Record<Signal, readonly string[]>> = {
  traces: [TOPIC_OF_SIGNAL.traces, 'otlp_traces'],
  metrics: [TOPIC_OF_SIGNAL.metrics],
  logs: [TOPIC_OF_SIGNAL.logs],
};

/** The signal a topic carries; undefined for one that is not a signal's. */
export function signalOfTopic(topic: string): Signal | undefined {
  return SIGNALS.find((signal) => SOURCE_TOPICS[signal].includes(topic));
}

/** Partial counts from meters, keyed by SLO (docs/formats/valet_sli.md). */
export const TOPIC_SLI = 'valet_sli';
/** Compacted: the evaluator's state, keyed (docs/formats/valet_state.md). */
export const TOPIC_STATE = 'valet_state';
/** Compacted: SLO definitions with the slice from which they hold (docs/formats/valet_definitions.md). */
export const TOPIC_DEFINITIONS = 'valet_definitions';

/** What could not be stored, with where it stood and why (docs/formats/dead-letters.md). */
export const TOPIC_DEAD_LETTERS = 'valet_dead_letters';

/** Consumer groups of the log. */
export const GROUP_WRITER = 'valet-writer';
export const GROUP_METER = 'valet-meter';
export const GROUP_EVALUATOR = 'valet-evaluator';

/** Header of a log record that carries the tenant id; absent means the single-tenant default `''`. */
export const HEADER_TENANT = 'valet-tenant';
/** Marks a heartbeat on an otlp topic: an empty request that says the pipeline is alive though nobody sends. */
export const HEADER_HEARTBEAT = 'valet-heartbeat';
/** Hash of the request's body as its sender sent it, hexadecimal: how a receiver knows a repeated one after a restart. */
export const HEADER_BODY = 'valet-body';
/** About how many bytes a request's rows have, decimal; absent: at most {@link USUAL_STORED_FACTOR} times its own. */
export const HEADER_STORED_BYTES = 'valet-stored-bytes';
/** How many records a receiver acknowledged in the request, decimal: what the writer has to account for. */
export const HEADER_RECORDS = 'valet-records';
export const USUAL_STORED_FACTOR = 8;

/** Of a log record that was appended again from a dead letter: the letter's id. */
export const HEADER_REPLAY_OF = 'valet-replay-of';

/** The database that holds every table. */
export const DATABASE = 'valet';

/** Tables in the Collector's layout (docs/formats/). */
export const TABLES = {
  traces: 'otel_traces',
  traceIdTs: 'otel_traces_trace_id_ts',
  traceIdTsView: 'otel_traces_trace_id_ts_mv',
  logs: 'otel_logs',
  gauge: 'otel_metrics_gauge',
  sum: 'otel_metrics_sum',
  histogram: 'otel_metrics_histogram',
  expHistogram: 'otel_metrics_exp_histogram',
  expHistogramAlias: 'otel_metrics_exponential_histogram',
  summary: 'otel_metrics_summary',
  migrations: 'valet_migrations',
  batches: 'valet_batches',
  losses: 'valet_losses',
  deadLetters: 'valet_dead_letters',
  replays: 'valet_replays',
  slices: 'valet_slices',
  budgets: 'valet_budgets',
  burnRates: 'valet_burn_rates',
  alerts: 'valet_alerts',
  definitions: 'valet_definitions',
} as const;
