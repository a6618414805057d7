/** The oracles of a single body on its way into the log. */
import { MalformedRequestError, RequestTooLargeError } from '../../otlp/errors.ts';
import type { RecordPolicy, Validation } from '../../otlp/validate/types.ts';
import { REQUEST_MESSAGE } from '../../schemas/otlp.ts';
import { FuzzFailure } from '../failure.ts';
import type { Subject } from '../subject.ts';
import type { Payload, Target } from '../types.ts';
import { checkAccepted, checkVerdicts } from './accepted.ts';
import type { RowText } from './expected-rows.ts';
import { JsonFault } from './json.ts';
import { translate } from './json-request.ts';
import { recordsOf } from './verdicts.ts';
import { readTree, WireFault } from './wire.ts';

/** Largest request, as sent, unpacked and as protobuf. */
export const MAX_REQUEST_BYTES = 256 * 1024;

const BRACE = 0x7b;
/** One request in about so many is judged under limits of its own size. */
const STORED_SAMPLE = 16;

/** What is known of a body after it was put to the receiver's steps. */
export type Admitted =
  /** Bytes that are no request of the signal, as protobuf or at all. */
  | { readonly kind: 'malformed'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | {
      readonly kind: 'taken';
      readonly validation: Validation;
      /** What its rows have to say, in the order of its records. */
      readonly rows: readonly RowText[];
      /** The rejected records, as they came. */
      readonly rejected: readonly Uint8Array[];
      /** The request in JSON, when the log may hold it as it is: all of it was taken, and nothing was changed. */
      readonly text: Uint8Array | undefined;
    };

/** What a body is checked with. */
export interface AdmissionContext {
  readonly target: Target;
  readonly subject: Subject;
  readonly policy: RecordPolicy;
}

/**
 * Puts a body to the steps of the receiver and holds each against a second opinion.
 *
 * @throws {FuzzFailure} where the two differ, or a step throws what it does not declare
 */
export function admit(payload: Payload, context: AdmissionContext): Admitted {
  if (payload.body.length > MAX_REQUEST_BYTES) return { kind: 'too-large' };
  const unpacked = unpack(payload, context);
  if (!(unpacked instanceof Uint8Array)) return unpacked;
  const bytes = context.target.encoding === 'json' ? translated(unpacked, context) : unpacked;
  if (!(bytes instanceof Uint8Array)) return bytes;
  const admitted = judged(bytes, context);
  if (bytes === unpacked || admitted.kind !== 'taken') return admitted;
  // What else may stand before a brace (white space) tells nobody that it is JSON.
  const { rejected, changes } = admitted.validation;
  const isPlain = unpacked[0] === BRACE && rejected === 0 && changes.length === 0;
  return { ...admitted, text: isPlain ? unpacked : undefined };
}

function judged(bytes: Uint8Array, { target, subject, policy }: AdmissionContext): Admitted {
  const tree = opinion(() => readTree(bytes, REQUEST_MESSAGE[target.signal]), WireFault);
  const validation = attempt('validate', () => subject.validate(target.signal, bytes, policy));
  if (validation instanceof RequestTooLargeError)
    throw new FuzzFailure('validate', 'calls a request too large');
  if (validation instanceof MalformedRequestError) {
    if (tree !== undefined)
      throw new FuzzFailure('validate', `refuses a valid request: ${validation.message}`);
    checkFault(validation, bytes.length);
    return { kind: 'malformed', bytes };
  }
  if (tree === undefined) throw new FuzzFailure('validate', 'takes what is no request');
  const request = { bytes, tree, policy, records: recordsOf(bytes, tree, policy) };
  checkVerdicts(validation, request.records);
  const rows = checkAccepted(validation, request);
  if (bytes.length % STORED_SAMPLE === 0) checkStoredLimit(validation, { target, subject, policy }, bytes);
  const rejected = request.records.filter(({ flaw }) => flaw !== undefined);
  return {
    kind: 'taken',
    validation,
    rows,
    rejected: rejected.map(({ field }) => bytes.subarray(field.start, field.end)),
    text: undefined,
  };
}

/** Runs a step; what it may throw comes back, what it may not is a failure. */
function attempt<Result>(
  step: string,
  run: () => Result,
): Result | MalformedRequestError | RequestTooLargeError {
  try {
    return run();
  } catch (error) {
    if (error instanceof MalformedRequestError || error instanceof RequestTooLargeError) return error;
    throw new FuzzFailure('throws', `${step} throws ${String(error)}`, { cause: error });
  }
}

function unpack({ body, compression }: Payload, { subject }: AdmissionContext): Uint8Array | Admitted {
  if (compression === 'identity') return body;
  const unpacked = attempt('inflate', () => subject.inflate(body, compression, MAX_REQUEST_BYTES));
  if (unpacked instanceof RequestTooLargeError) return { kind: 'too-large' };
  if (unpacked instanceof MalformedRequestError) return { kind: 'malformed', bytes: body };
  if (unpacked.length > MAX_REQUEST_BYTES)
    throw new FuzzFailure('work', `inflate makes ${unpacked.length} bytes`);
  return unpacked;
}

function translated(text: Uint8Array, { target, subject }: AdmissionContext): Uint8Array | Admitted {
  const expected = opinion(() => translate(text, REQUEST_MESSAGE[target.signal]), JsonFault);
  const actual = attempt('translate', () => subject.translate(target.signal, text, MAX_REQUEST_BYTES));
  if (actual instanceof RequestTooLargeError) {
    if (expected !== undefined && expected.length <= MAX_REQUEST_BYTES)
      throw new FuzzFailure('translate', `calls ${expected.length} bytes too large`);
    return { kind: 'too-large' };
  }
  if (actual instanceof MalformedRequestError) {
    if (expected !== undefined) throw new FuzzFailure('translate', `refuses valid text: ${actual.message}`);
    checkFault(actual, text.length);
    return { kind: 'malformed', bytes: text };
  }
  if (expected === undefined) throw new FuzzFailure('translate', 'takes what is no OTLP/JSON');
  if (!Buffer.from(expected).equals(actual)) throw new FuzzFailure('translate', 'means something else');
  return actual;
}

/** The result, or undefined when it throws the fault. */
export function opinion<Result>(read: () => Result, fault: new () => Error): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof fault) return undefined;
    throw error;
  }
}

/** Paths name fields, at most 64 of them: a sender cannot make an answer long. */
const LONGEST_PATH = 4096;

function checkFault({ offset, path, reason }: MalformedRequestError, length: number): void {
  if (offset < 0 || offset > length) throw new FuzzFailure('fault', `offset ${offset} is outside the body`);
  if (path === '' || path.length > LONGEST_PATH || reason === '')
    throw new FuzzFailure('fault', 'says nothing of use');
}

/** A request of so many rows is taken under a limit that is as large, and not under a smaller one. */
function checkStoredLimit(
  { storedBytes }: Validation,
  { target, subject, policy }: AdmissionContext,
  bytes: Uint8Array,
): void {
  for (const maxStoredBytes of [storedBytes, storedBytes - 1]) {
    const isTaken = !(
      attempt('validate', () =>
        subject.validate(target.signal, bytes, { ...policy, maxStoredBytes }),
      ) instanceof RequestTooLargeError
    );
    if (isTaken !== maxStoredBytes >= storedBytes)
      throw new FuzzFailure(
        'validate',
        `${isTaken ? 'takes' : 'refuses'} ${storedBytes} bytes under a limit of ${maxStoredBytes}`,
      );
  }
}
