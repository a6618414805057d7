import type { Logger } from 'pino';
import type { DurableLog } from '../../log/types.ts';
import { MalformedRequestError, RequestTooLargeError } from '../../otlp/errors.ts';
import { jsonToProtobuf } from '../../otlp/json/json-to-protobuf.ts';
import { partialSuccessMessage } from '../../otlp/response/partial-success-message.ts';
import type { TimeRange, Validation } from '../../otlp/validate/types.ts';
import { validateRequest } from '../../otlp/validate/validate-request.ts';
import {
  HEADER_BODY,
  HEADER_STORED_BYTES,
  type Signal,
  TOPIC_OF_SIGNAL,
  USUAL_STORED_FACTOR,
} from '../../schemas/names.ts';
import type { Admission, Reservation } from './admission.ts';
import { inflate } from './inflate.ts';
import type { ReceiverMetrics } from './receiver-metrics.ts';
import { bodyKey, type RecentBodies } from './recent-bodies.ts';
import type { Answer, Delivery } from './types.ts';

const MILLIS_PER_DAY = 86_400_000;
/** How far ahead of now an event may lie: 24 h. */
const MAX_AHEAD_MILLIS = MILLIS_PER_DAY;
/** The writer judges a record by its append time, a little later: what was taken here must not expire meanwhile. */
const APPEND_MARGIN_MILLIS = 60_000;
/** Most bytes a request's rows may have: a block of them is made, sent and sorted in memory. */
const MAX_STORED_BYTES = 512 * 2 ** 20;
/** Bytes in flight turn over within a second. */
const OVERLOAD_RETRY_SECONDS = 1;
/** A log that failed takes longer to come back. */
const LOG_RETRY_SECONDS = 5;
/** A log that fails does so for every request: one line in this time, with how many failed. */
const REPORT_MILLIS = 10_000;

/** What {@link Intake} works with. */
export interface IntakeOptions {
  readonly log: DurableLog;
  readonly admission: Admission;
  readonly recentBodies: Readonly<Record<Signal, RecentBodies>>;
  /** Largest request, as sent and as protobuf. */
  readonly maxRequestBytes: number;
  /** Records older than this are rejected. */
  readonly retentionDays: Readonly<Record<Signal, number>>;
  readonly metrics: ReceiverMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A body that cannot be admitted once it is unpacked. */
class OverloadedError extends Error {}

/**
 * The way of a body, whichever transport brought it:
 *
 * 1. A body seen within five minutes gets the answer of the first one, when that is ready.
 * 2. Decompress, translate JSON, validate: each within the limits, the bytes made counted as in flight.
 * 3. Append what was accepted; the answer is given only when the log says it is durable.
 */
export class Intake {
  readonly #options: IntakeOptions;
  #failures = 0;
  #reportedMillis = Number.NEGATIVE_INFINITY;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Largest request, as sent and as protobuf; bytes. */
  get maxRequestBytes(): number {
    return this.#options.maxRequestBytes;
  }

  /** Takes a body; `reservation` holds its bytes and grows with what is made of it. Never rejects. */
  async take(delivery: Delivery, reservation: Reservation): Promise<Answer> {
    const { metrics, recentBodies } = this.#options;
    metrics.received(delivery);
    const bodies = recentBodies[delivery.signal];
    const key = bodyKey(delivery.body);
    const known = bodies.find(key);
    if (known !== undefined) {
      metrics.duplicate(delivery.signal);
      return known;
    }
    const answer = this.#process(delivery, { reservation, key });
    bodies.track(key, answer);
    return answer;
  }

  /** The answer to a request that cannot be admitted now. */
  overloaded(): Answer {
    const message = 'Too many request bytes in flight';
    return { kind: 'overloaded', message, retrySeconds: OVERLOAD_RETRY_SECONDS };
  }

  /** The answer to a request larger than {@link maxRequestBytes}. */
  tooLarge(): Answer {
    return { kind: 'too-large', message: new RequestTooLargeError(this.maxRequestBytes).message };
  }

  async #process(
    delivery: Delivery,
    { reservation, key }: { readonly reservation: Reservation; readonly key: string },
  ): Promise<Answer> {
    try {
      const bytes = this.#unpack(delivery, reservation);
      return await this.#store(delivery, { bytes, key });
    } catch (error) {
      return this.#answerTo(error, delivery);
    }
  }

  #unpack(delivery: Delivery, reservation: Reservation): Uint8Array {
    const { signal, protocol, compression, body } = delivery;
    const unpacked =
      compression === 'identity'
        ? body
        : this.#bounded(reservation, (maxBytes) => inflate(body, compression, maxBytes));
    if (protocol !== 'http/json') return unpacked;
    return this.#bounded(reservation, (maxBytes) => jsonToProtobuf(signal, unpacked, { maxBytes }));
  }

  /** Makes bytes within what one request and all of them may hold, and counts them. */
  #bounded(reservation: Reservation, make: (maxBytes: number) => Uint8Array): Uint8Array {
    const { admission, maxRequestBytes } = this.#options;
    const isTight = admission.available < maxRequestBytes;
    try {
      const made = make(isTight ? admission.available : maxRequestBytes);
      if (!reservation.grow(made.length)) throw new OverloadedError();
      return made;
    } catch (error) {
      throw isTight && error instanceof RequestTooLargeError ? new OverloadedError() : error;
    }
  }

  async #store(
    { signal, protocol }: Delivery,
    { bytes, key }: { readonly bytes: Uint8Array; readonly key: string },
  ): Promise<Answer> {
    const { log, metrics } = this.#options;
    const validation = validateRequest(signal, bytes, this.#timeRange(signal));
    const { storedBytes } = validation;
    if (storedBytes > MAX_STORED_BYTES) throw new RequestTooLargeError(MAX_STORED_BYTES, 'rows');
    metrics.validated(signal, protocol, validation);
    if (validation.accepted > 0) {
      await log.append(TOPIC_OF_SIGNAL[signal], [
        { headers: headersOf(key, validation), value: validation.bytes },
      ]);
      metrics.appended(signal, validation.bytes.length);
    }
    const message = partialSuccessMessage(signal, validation);
    return { kind: 'taken', partial: { rejected: validation.rejected, message } };
  }

  #timeRange(signal: Signal): TimeRange {
    const now = this.#options.now();
    return {
      earliestMillis: now - this.#options.retentionDays[signal] * MILLIS_PER_DAY + APPEND_MARGIN_MILLIS,
      latestMillis: now + MAX_AHEAD_MILLIS,
    };
  }

  #answerTo(error: unknown, { signal }: Delivery): Answer {
    if (error instanceof MalformedRequestError) {
      const violations = [{ field: error.path, description: `${error.reason}, at byte ${error.offset}` }];
      return { kind: 'malformed', message: error.message, violations };
    }
    if (error instanceof RequestTooLargeError) return { kind: 'too-large', message: error.message };
    if (error instanceof OverloadedError) return this.overloaded();
    this.#report(error, signal);
    const message = 'The durable log cannot take the request now';
    return { kind: 'unavailable', message, retrySeconds: LOG_RETRY_SECONDS };
  }

  #report(error: unknown, signal: Signal): void {
    this.#failures++;
    const now = this.#options.now();
    if (Math.abs(now - this.#reportedMillis) < REPORT_MILLIS) return;
    const failures = this.#failures;
    this.#options.logger.error({ err: error, signal, failures }, 'Cannot append requests to the log');
    this.#failures = 0;
    this.#reportedMillis = now;
  }
}

function headersOf(key: string, { storedBytes, bytes }: Validation): Readonly<Record<string, string>> {
  const usual = storedBytes <= bytes.length * USUAL_STORED_FACTOR;
  return { [HEADER_BODY]: key, ...(usual ? {} : { [HEADER_STORED_BYTES]: String(storedBytes) }) };
}
