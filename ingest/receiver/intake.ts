import type { Logger } from 'pino';
import { LogError } from '../../log/errors.ts';
import { MalformedRequestError, RequestTooLargeError } from '../../otlp/errors.ts';
import { jsonToProtobuf } from '../../otlp/json/json-to-protobuf.ts';
import { partialSuccessMessage } from '../../otlp/response/partial-success-message.ts';
import type { RecordPolicy, Validation } from '../../otlp/validate/types.ts';
import { validateRequest } from '../../otlp/validate/validate-request.ts';
import type { Signal } from '../../schemas/names.ts';
import type { Admission } from './admission.ts';
import { overloaded } from './answers.ts';
import type { Entry } from './door.ts';
import { inflate } from './inflate.ts';
import type { ReceiverMetrics } from './receiver-metrics.ts';
import { bodyKey, type RecentBodies } from './recent-bodies.ts';
import { type RecordRules, recordPolicy } from './record-policy.ts';
import type { RequestLog } from './request-log.ts';
import type { Answer, Delivery } from './types.ts';

/** A log that failed takes longer to come back than memory. */
const LOG_RETRY_SECONDS = 5;
/** A log that fails does so for every request: one line in this time, with how many failed. */
const REPORT_MILLIS = 10_000;

/** What {@link Intake} works with. */
export interface IntakeOptions extends RecordRules {
  readonly requestLog: RequestLog;
  readonly admission: Admission;
  readonly recentBodies: Readonly<Record<Signal, RecentBodies>>;
  /** Largest request, decompressed and as protobuf. */
  readonly maxRequestBytes: number;
  readonly metrics: ReceiverMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A body that cannot be admitted once it is unpacked. */
class OverloadedError extends Error {}

interface Work {
  readonly delivery: Delivery;
  readonly entry: Entry;
  /** What the body is known by. */
  readonly key: string;
}

/**
 * The way of a body, whichever transport brought it:
 *
 * 1. A body seen within five minutes gets the answer of the first one, when that is ready.
 * 2. Decompress, translate JSON, validate, cut to the log's size: each within the limits, the bytes made counted as
 *    in flight.
 * 3. Append what was accepted; the answer is given only when the log says it is durable.
 */
export class Intake {
  readonly #options: IntakeOptions;
  #failures = 0;
  #reportedMillis = Number.NEGATIVE_INFINITY;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Takes a body whose bytes `entry` holds. Never rejects. */
  async take(delivery: Delivery, entry: Entry): Promise<Answer> {
    const { metrics, recentBodies } = this.#options;
    const { signal, protocol } = delivery;
    metrics.received(delivery);
    const encoding = protocol === 'http/json' ? 'json' : 'protobuf';
    const key = bodyKey({ ...delivery, encoding, tenant: entry.tenant });
    const bodies = recentBodies[signal];
    const known = bodies.find(key);
    if (known !== undefined) {
      metrics.duplicate(signal);
      return known;
    }
    const answer = this.#process({ delivery, entry, key });
    bodies.track(key, answer);
    return answer;
  }

  async #process(work: Work): Promise<Answer> {
    try {
      return await this.#store(work, this.#unpack(work));
    } catch (error) {
      return this.#answerTo(error, work);
    }
  }

  #unpack({ delivery, entry }: Work): Uint8Array {
    const { signal, protocol, compression, body } = delivery;
    const unpacked =
      compression === 'identity'
        ? body
        : this.#bounded(entry, (maxBytes) => inflate(body, compression, maxBytes));
    if (protocol !== 'http/json') return unpacked;
    return this.#bounded(entry, (maxBytes) => jsonToProtobuf(signal, unpacked, { maxBytes }));
  }

  /** Makes bytes within what one request and all of them may hold, and counts them. */
  #bounded(entry: Entry, make: (maxBytes: number) => Uint8Array): Uint8Array {
    const { admission, maxRequestBytes } = this.#options;
    const isTight = admission.available < maxRequestBytes;
    try {
      const made = make(isTight ? admission.available : maxRequestBytes);
      hold(entry, made.length);
      return made;
    } catch (error) {
      throw isTight && error instanceof RequestTooLargeError ? new OverloadedError() : error;
    }
  }

  async #store({ delivery, entry, key }: Work, bytes: Uint8Array): Promise<Answer> {
    const { requestLog, metrics, now } = this.#options;
    const { signal, protocol } = delivery;
    const policy = recordPolicy(this.#options, signal, now());
    for (;;) {
      const maxPieceBytes = requestLog.maxPieceBytes(signal);
      const validation = validateRequest(signal, bytes, { ...policy, maxPieceBytes });
      for (const made of copiesIn(validation, bytes)) hold(entry, made);
      if (validation.accepted > 0) {
        const start = performance.now();
        const outcome = await requestLog.append(signal, validation.pieces, { tenant: entry.tenant, key });
        // The log's limit was lowered meanwhile.
        if (outcome === 'too-large') continue;
        const seconds = (performance.now() - start) / 1000;
        metrics.appended(signal, validation.bytes.length, seconds);
      }
      entry.settle({ bytes: bytes.length, records: validation.records });
      metrics.validated(signal, protocol, validation);
      return taken(signal, validation, { ...policy, maxPieceBytes });
    }
  }

  #answerTo(error: unknown, { delivery, entry }: Work): Answer {
    if (error instanceof MalformedRequestError) {
      const violations = [{ field: error.path, description: `${error.reason}, at byte ${error.offset}` }];
      return { kind: 'malformed', message: error.message, violations };
    }
    if (error instanceof RequestTooLargeError) return { kind: 'too-large', message: error.message };
    // These come again, and count then.
    entry.settle();
    if (error instanceof OverloadedError) return overloaded();
    this.#report(error, delivery.signal);
    return { kind: 'unavailable', message: logMessage(error), retrySeconds: LOG_RETRY_SECONDS };
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

function hold(entry: Entry, bytes: number): void {
  if (!entry.grow(bytes)) throw new OverloadedError();
}

/** Bytes of the copies a validation made. */
function copiesIn({ bytes, pieces }: Validation, original: Uint8Array): readonly number[] {
  const isCut = pieces.length !== 1 || pieces[0]?.bytes !== bytes;
  return [
    ...(bytes === original ? [] : [bytes.length]),
    ...(isCut ? pieces.map((piece) => piece.bytes.length) : []),
  ];
}

function taken(signal: Signal, validation: Validation, policy: RecordPolicy): Answer {
  const { maxPieceBytes } = policy;
  const limits = { ...policy, ...(maxPieceBytes === undefined ? {} : { maxRecordBytes: maxPieceBytes }) };
  const message = partialSuccessMessage(signal, validation, limits);
  return { kind: 'taken', partial: { rejected: validation.rejected, message } };
}

function logMessage(error: unknown): string {
  const code = error instanceof LogError ? error.code : undefined;
  if (code === 'log-full') {
    return 'The durable log is full: free space on its disk, or lower logRetentionMib; requests are taken again then';
  }
  return `The durable log cannot take the request now${code === undefined ? '' : ` (${code})`}: send again after the delay`;
}
