import { LogError } from '../../log/errors.ts';
import type { DurableLog, NewRecord } from '../../log/types.ts';
import type { RequestPiece } from '../../otlp/validate/types.ts';
import {
  HEADER_BODY,
  HEADER_RECORDS,
  HEADER_STORED_BYTES,
  HEADER_TENANT,
  SIGNALS,
  type Signal,
  TOPIC_OF_SIGNAL,
  USUAL_STORED_FACTOR,
} from '../../schemas/names.ts';
import type { AppendHealth } from './append-health.ts';

/** What a record's headers may take beside the request. */
const HEADER_ROOM_BYTES = 512;

/** Beside the requests: whom they are for, and what their body is known by. */
export interface RequestOrigin {
  readonly tenant: string;
  readonly key: string;
}

/** Appends requests, and knows how large they may be. */
export class RequestLog {
  readonly #log: DurableLog;
  readonly #health: AppendHealth;
  readonly #maxPieceBytes: Record<Signal, number> = { traces: 0, metrics: 0, logs: 0 };

  private constructor(log: DurableLog, health: AppendHealth) {
    this.#log = log;
    this.#health = health;
  }

  /** Asks the log for its limits first. `health` is told how the log took requests. */
  static async open(log: DurableLog, health: AppendHealth): Promise<RequestLog> {
    const opened = new RequestLog(log, health);
    for (const signal of SIGNALS) await opened.#askLimit(signal);
    return opened;
  }

  /** Most bytes of one request as the log takes it. */
  maxPieceBytes(signal: Signal): number {
    return this.#maxPieceBytes[signal];
  }

  /**
   * Appends the pieces of one request as records of one partition; durable when it resolves. `too-large` when the
   * topic's limit was lowered meanwhile: nothing is there then, and `maxPieceBytes` is the new one.
   *
   * @throws {LogError} when the log fails
   */
  async append(
    signal: Signal,
    pieces: readonly RequestPiece[],
    origin: RequestOrigin,
  ): Promise<'appended' | 'too-large'> {
    const records = pieces.map((piece, index) => recordOf(piece, origin, index === pieces.length - 1));
    const limit = this.maxPieceBytes(signal);
    try {
      await this.#log.append(TOPIC_OF_SIGNAL[signal], records);
      this.#health.succeeded('request');
      return 'appended';
    } catch (error) {
      this.#health.failed('request', error);
      if (!(error instanceof LogError) || error.code !== 'record-too-large') throw error;
      await this.#askLimit(signal);
      if (this.maxPieceBytes(signal) >= limit) throw error;
      return 'too-large';
    }
  }

  async #askLimit(signal: Signal): Promise<void> {
    const recordBytes = await this.#log.maxRecordBytes(TOPIC_OF_SIGNAL[signal]);
    this.#maxPieceBytes[signal] = recordBytes - HEADER_ROOM_BYTES;
  }
}

/** Only the last record has the body's key: where it is, the ones before it are. */
function recordOf(
  { bytes, storedBytes, records }: RequestPiece,
  { tenant, key }: RequestOrigin,
  isLast: boolean,
): NewRecord {
  const isUsual = storedBytes <= bytes.length * USUAL_STORED_FACTOR;
  const headers = {
    [HEADER_RECORDS]: String(records),
    ...(isLast ? { [HEADER_BODY]: key } : {}),
    ...(tenant === '' ? {} : { [HEADER_TENANT]: tenant }),
    ...(isUsual ? {} : { [HEADER_STORED_BYTES]: String(storedBytes) }),
  };
  return { headers, value: bytes };
}
