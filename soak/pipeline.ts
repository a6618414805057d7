import type { LogAddress } from '../log/open-log.ts';

/** Something the soak kills. */
export interface Victim {
  readonly name: string;
  /** Victims of one group rest together: a group of consumers needs its session timeout to notice. */
  readonly group: string;
  /** Least time between two kills in the group. */
  readonly restMillis: number;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it works again. */
  restart(): Promise<void>;
}

/** A process whose memory is watched. */
export interface Watched {
  readonly name: string;
  /** -1 while it does not run. */
  readonly pid: number;
}

/** A whole pipeline as real processes. */
export interface Pipeline {
  readonly logAddress: LogAddress;
  /** OTLP ports; a sender whose port does not answer goes to another. */
  readonly httpPorts: readonly number[];
  readonly grpcPorts: readonly number[];
  readonly victims: readonly Victim[];
  readonly watched: readonly Watched[];
  /** Rows of a SELECT. */
  query<Row>(sql: string): Promise<readonly Row[]>;
  /** What the processes have printed, for when something went wrong. */
  readonly output: string;
  close(): Promise<void>;
}
