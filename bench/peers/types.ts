/** What is compared: systems on paths. */
import type { Signal } from '../../schemas/names.ts';

/** Where the telemetry goes after it was received. */
export const DESTINATIONS = ['nothing', 'kafka', 'clickhouse'] as const;
export type Destination = (typeof DESTINATIONS)[number];

/** A way through a system. */
export interface Path {
  readonly protocol: 'grpc' | 'http';
  readonly gzip: boolean;
  readonly destination: Destination;
  readonly signal: Signal;
}

/** A running destination. */
export interface Sink {
  /** `host:port` of a Kafka broker, URL of a ClickHouse; empty for nothing. */
  readonly address: string;
  /** Its process, when its CPU time is of interest. */
  readonly pid?: number;
  /** Resolves when all these records, and nothing more, have come from the system. */
  arrived(system: SystemName, records: number): Promise<void>;
  /** Resolves when the destination has no work left that they made. */
  rested(): Promise<void>;
  close(): Promise<void>;
}

export type SystemName = 'Collector' | 'Valet';

/** A running system. */
export interface System {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Of the process whose CPU time, with its children's, is measured. */
  readonly pid: number;
  close(): Promise<void>;
}

/** The processors of a measurement, as `taskset -c` takes them. */
export interface Cores {
  readonly target: string;
  /** Of the sender and the destination. */
  readonly others: string;
}
