/** What the processes of this bench tell the one that starts them. */

/** What an act took. */
export interface Cost {
  /** User and system time of the process, all threads. */
  readonly cpuSeconds: number;
  /** By the clock. */
  readonly seconds: number;
}

export interface Memory {
  /** Resident and the process's own: without the log's mapped file, whose pages are the kernel's to take back. */
  readonly ownMib: number;
  /** Of that, objects and buffers in use after a full collection. */
  readonly liveMib: number;
}

/** Spans of one shape of requests through the meter, spans in one CPU second. */
export interface MeterRates {
  /** A request has 1,000 spans of so many services. */
  readonly servicesPerRequest: number;
  /** Counting decoded batches. */
  readonly count: number;
  /** Decoding and counting. */
  readonly decodeAndCount: number;
  /** The role's whole step: reading the log, decoding, counting, one durable transaction with the counts. */
  readonly step: number;
}

/** What an engine that starts on thirty days of state shows. */
export interface EngineFigures {
  readonly start: Cost;
  readonly memory: Memory;
  /** Every SLI with all tiers at one instant. */
  readonly evaluation: Cost;
  /** The status of every SLO with budget and burn rates: what is stored once a minute. */
  readonly statuses: Cost;
  /** Reading all conditions and building the index, as at the start; and building it again with one of them changed. */
  readonly readConditions: Cost;
  readonly rebuildIndex: Cost;
  readonly meter: readonly MeterRates[];
  /** One step of the evaluator after all SLOs have new counts: taking them, evaluating, writing a checkpoint. */
  readonly round: Cost;
}

export type BenchMessage =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'seeded'; readonly stateMib: number }
  | { readonly type: 'measured'; readonly figures: EngineFigures }
  | { readonly type: 'taken-over' };
